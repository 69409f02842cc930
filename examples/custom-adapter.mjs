// A custom adapter in plain JavaScript.
//
// Run: node examples/custom-adapter.mjs (in this repository after npm run build)

import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import sync, { createContainer, SyncAdapter } from 'feathers-sync'
import { PlainRelayAdapter } from './plain-relay-adapter.mjs'
import { startRelay } from './relay.mjs'

const relay = await startRelay()

const container = createContainer()
container.bind(SyncAdapter).to(PlainRelayAdapter).whenNamed('relay')

function startInstance() {
  const app = feathers()
  app.configure(sync({ uri: `relay://localhost:${relay.port}`, container }))
  app.use('messages', new MemoryService())
  return app
}

const one = startInstance()
const two = startInstance()
await Promise.all([one.sync.ready, two.sync.ready])

const arrived = new Promise((resolve) => two.service('messages').once('created', resolve))
await one.service('messages').create({ text: 'Hello' })
console.log(`came over the ${two.sync.type}: ${(await arrived).text}`)

await Promise.all([one.teardown(), two.teardown()])
await relay.stop()
