// What cron starts: it has no Feathers, tells the clients of the application something, and ends.

import { createEmitter } from 'feathers-sync/emitter'

const { SYNC_URI = 'ipc:', SYNC_KEY = 'feathers-sync' } = process.env

const emitter = createEmitter({ uri: SYNC_URI, key: SYNC_KEY })
emitter.service('reports').emit('finished', { name: process.argv[2], rows: 1200 })

// Sends what waits. Where the broker can't be reached, cron writes a mail about the exit code.
const unsent = await emitter.close()
if (unsent > 0) process.exitCode = 1
