// An instance with two listeners on the same event: one runs on every instance, one only where the event was made.

import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import { MemoryService } from '@feathersjs/memory'
import sync, { local } from 'feathers-sync'

const { NAME, SYNC_URI = 'ipc:', SYNC_KEY = 'run-once-jobs' } = process.env

const app = koa(feathers())
app.use(bodyParser())
app.configure(rest())
app.configure(sync({ uri: SYNC_URI, key: SYNC_KEY }))
app.use('orders', new MemoryService())

// Once: a mail, a payment, an entry in a log that all instances share.
app.service('orders').on(
  'created',
  local((order) => process.send({ line: `${NAME} sends a mail to ${order.email}` }))
)

// On every instance: a counter in memory, a cache, websocket clients.
let orders = 0
app.service('orders').on('created', () => {
  orders += 1
  process.send({ line: `${NAME} has seen ${orders} of all orders`, seen: true })
})

await app.sync.ready
const server = await app.listen(0)
process.send({ port: server.address().port })
process.once('SIGTERM', async () => {
  await app.teardown()
  process.disconnect()
})
