// A worker of BullMQ, without Feathers. It tells the clients of the application how its jobs go.

import { Worker } from 'bullmq'
import { createEmitter } from 'feathers-sync/emitter'

const { REDIS_URL = 'redis://localhost:6379', SYNC_KEY = 'feathers-sync' } = process.env

const emitter = createEmitter({ uri: REDIS_URL, key: SYNC_KEY })
const videos = emitter.service('videos')

const worker = new Worker(
  'videos',
  async ({ data }) => {
    for (const percent of [50, 100]) videos.emit('progress', { id: data.id, percent })
    return { seconds: 42 }
  },
  { connection: { url: REDIS_URL }, prefix: SYNC_KEY }
)
worker.on('completed', ({ data, returnvalue }) => videos.emit('patched', { id: data.id, ...returnvalue }))

process.once('SIGTERM', async () => {
  await worker.close() // ends the jobs that it has begun
  await emitter.close() // sends what they have emitted
})
