// One instance of an application with websockets: what each process of a cluster runs, under node:cluster (cluster.mjs)
// and under PM2 (pm2/ecosystem.config.cjs).

import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import sync from 'feathers-sync'

const { PORT = '3030', SYNC_URI = 'ipc:', SYNC_KEY = 'my-application' } = process.env

const app = koa(feathers())
app.use(bodyParser())
app.configure(rest())
// With HTTP long-polling the requests of one client would reach several processes.
app.configure(socketio({ transports: ['websocket'] }))
app.configure(sync({ uri: SYNC_URI, key: SYNC_KEY }))

app.use('messages', { create: async ({ text }) => ({ text, pid: process.pid }) })
app.on('connection', (connection) => app.channel('all').join(connection))
app.publish(() => app.channel('all'))

await app.sync.ready
await app.listen(Number(PORT))
console.log(`process ${process.pid} listens on ${PORT}`)
process.send?.('ready') // PM2 waits for it: `wait_ready`

// SIGINT comes from PM2 and from Ctrl+C, SIGTERM from everything else.
let leaving = false
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (leaving) return
    leaving = true
    app.io.engine.close()
    await app.teardown()
    process.disconnect?.() // the channel to the primary process keeps a worker alive
  })
}
