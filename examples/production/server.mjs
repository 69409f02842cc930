// One instance as it runs behind a load balancer, in a container or not: it listens when it is in sync, says whether it takes
// clients, and leaves without stranding them. Its records are in Redis, in place of a database.

import { randomUUID } from 'node:crypto'
import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import sync from 'feathers-sync'
import { createClient } from 'redis'

const { PORT = '3030', REDIS_URI = 'redis://localhost:6379', SYNC_KEY = 'my-application' } = process.env
// Polling needs sticky sessions: see the example nginx.
const { TRANSPORTS = 'websocket' } = process.env

const redis = await createClient({ url: REDIS_URI })
  .on('error', (error) => console.error(`database: ${error.message}`))
  .connect()

const app = koa(feathers())

// Readiness: not before the first connection, and not when it leaves. In an outage of the broker it stays ready: clients are better
// served without the events of other instances than not at all.
app.use(async (ctx, next) => {
  if (ctx.path !== '/ready') return next()
  const { healthy, status } = app.sync.health()
  ctx.status = healthy ? 200 : 503
  ctx.body = { healthy, status }
})
app.use(bodyParser())
app.configure(rest())
app.configure(socketio({ transports: TRANSPORTS.split(',') }))
app.configure(sync({ uri: REDIS_URI, key: SYNC_KEY }))

const list = `${SYNC_KEY} messages`
app.use('messages', {
  async create({ text }) {
    const message = { id: randomUUID(), text, instance: PORT }
    await redis.rPush(list, JSON.stringify(message))
    return message
  },
  async find() {
    return (await redis.lRange(list, 0, -1)).map((text) => JSON.parse(text))
  }
})
app.on('connection', (connection) => app.channel('all').join(connection))
app.publish(() => app.channel('all'))

app.on('sync-error', (error) => console.error(error.message))
app.on('sync-gap', ({ missed }) => console.error(`${missed} events were missed`))

await app.sync.ready
await app.listen(Number(PORT))
console.log(`listens on ${PORT}`)

process.once('SIGTERM', async () => {
  app.io.engine.close() // the clients connect again, to another instance
  await app.teardown() // waits for requests under way, and sends their events
  redis.destroy()
})
