// A custom adapter: a class of your own, bound in a container under its URI scheme.
//
// Run: npx tsx examples/custom-adapter.ts

import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import sync, { createContainer, SyncAdapter } from 'feathers-sync'
import { startRelay } from './relay.mjs'
import { Logger, RelayAdapter } from './relay-adapter.js'

const relay = await startRelay()

const container = createContainer()
container.bind(Logger).toSelf()
container.bind(SyncAdapter).to(RelayAdapter).whenNamed('relay')

// One container may serve several applications: each gets its own adapter.
function startInstance() {
  const app = feathers<{ messages: MemoryService }>()
  app.configure(sync({ uri: `relay://localhost:${relay.port}`, container }))
  app.use('messages', new MemoryService())
  return app
}

const one = startInstance()
const two = startInstance()
await Promise.all([one.sync.ready, two.sync.ready])

const arrived = new Promise<{ text: string }>((resolve) => two.service('messages').once('created', resolve))
await one.service('messages').create({ text: 'Hello' })
console.log(`came over the ${two.sync.type}: ${(await arrived).text}`)

await Promise.all([one.teardown(), two.teardown()])
await relay.stop()
