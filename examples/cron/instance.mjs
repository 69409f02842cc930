// An instance of the application. Its service has no methods for clients: others make its events.

import { feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import sync from 'feathers-sync'

const { SYNC_URI = 'ipc:', SYNC_KEY = 'feathers-sync' } = process.env

const app = koa(feathers())
app.configure(socketio())
app.configure(sync({ uri: SYNC_URI, key: SYNC_KEY }))
app.use('reports', { find: async () => [] }, { events: ['finished'] })

app.on('connection', (connection) => app.channel('everybody').join(connection))
app.publish(() => app.channel('everybody'))

await app.sync.ready
const server = await app.listen(0)
process.send({ port: server.address().port })
process.once('SIGTERM', async () => {
  await app.teardown()
  process.disconnect()
})
