// An instance of the application: it takes orders, and leaves the work to a worker.

import { feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import { Queue } from 'bullmq'
import sync from 'feathers-sync'

const { REDIS_URL = 'redis://localhost:6379', SYNC_KEY = 'feathers-sync' } = process.env

const app = koa(feathers())
app.configure(socketio())
app.configure(sync({ uri: REDIS_URL, key: SYNC_KEY }))

const queue = new Queue('videos', { connection: { url: REDIS_URL }, prefix: SYNC_KEY })
app.use(
  'videos',
  {
    async create({ id }) {
      await queue.add('convert', { id })
      return { id, seconds: null }
    }
  },
  { events: ['progress'] }
)

app.on('connection', (connection) => app.channel('everybody').join(connection))
app.publish(() => app.channel('everybody'))

await app.sync.ready
const server = await app.listen(0)
process.send({ port: server.address().port })
process.once('SIGTERM', async () => {
  await queue.close()
  await app.teardown()
  process.disconnect()
})
