// An instance with a route for Prometheus.

import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import { MemoryService } from '@feathersjs/memory'
import sync from 'feathers-sync'
import { collectSyncMetrics } from 'feathers-sync/prometheus'
import { register } from 'prom-client'

const { PORT = '0', SYNC_URI = 'ipc:', SYNC_KEY = 'prometheus' } = process.env

const app = koa(feathers())
app.configure(sync({ uri: SYNC_URI, key: SYNC_KEY }))
collectSyncMetrics(app)

app.use(async (context, next) => {
  if (context.path !== '/metrics') return next()
  context.type = register.contentType
  context.body = await register.metrics()
})
app.use(bodyParser())
app.configure(rest())
app.use('messages', new MemoryService())

await app.sync.ready
const server = await app.listen(Number(PORT))
const { port } = server.address()
if (process.send) process.send({ port })
else console.log(`listens on ${port}`)
process.once('SIGTERM', async () => {
  await app.teardown()
  if (process.connected) process.disconnect()
})
