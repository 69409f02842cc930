// An instance with a route for a readiness probe. It listens before it is in sync, as the route tells whether it is.

import { feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import { MemoryService } from '@feathersjs/memory'
import sync, { createContainer, SyncAdapter } from 'feathers-sync'
import { PlainRelayAdapter } from '../plain-relay-adapter.mjs'

const { NAME, SYNC_URI } = process.env

const app = koa(feathers())

app.use(async (context, next) => {
  if (context.path !== '/ready') return next()
  const health = app.sync.health()
  context.status = health.healthy ? 200 : 503
  context.body = health // where the public can ask: without `reason`, which has the address of the broker
})
app.use(bodyParser())
app.configure(rest())

// The small broker of the examples, in place of `uri: 'redis://…'`: main.mjs stops and starts it.
const container = createContainer()
container.bind(SyncAdapter).to(PlainRelayAdapter).whenNamed('relay')
app.configure(sync({ uri: SYNC_URI, name: NAME, container }))
app.on('sync-error', () => {}) // the reason says the same

app.use('messages', new MemoryService())

// Who is there, for people.
app.use('fleet', { find: async () => app.sync.stats().peers.map(({ name, pid }) => ({ name, pid })) })

const server = await app.listen(0)
process.send({ port: server.address().port })
process.once('SIGTERM', async () => {
  await app.teardown()
  process.disconnect()
})
