// A custom adapter as a function, as in feathers-sync 3: the bridge alone, and two events. There is no history, no
// reconnecting and no `isRemote` here; an adapter class has all of that (see custom-adapter.mjs).
//
// Run: node examples/functional-adapter.mjs (in this repository after npm run build)

import { once } from 'node:events'
import { connect } from 'node:net'
import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import { core } from 'feathers-sync'
import { frame, onMessage, startRelay } from './relay.mjs'

/** @param {{ port: number }} config */
const relaySync = (config) => (/** @type {import('@feathersjs/feathers').Application} */ app) => {
  const socket = connect(config.port, '127.0.0.1')
  const subscribed = new Promise((resolve) => {
    let live = false
    onMessage(socket, (message) => {
      // Everything that comes in, own events too: this is how they reach the listeners of this instance.
      if (live) app.emit('sync-in', message.toString())
      live = true
      resolve(undefined)
    })
  })
  socket.write(frame(Buffer.from('feathers-sync')))

  app.configure(core)
  app.sync = {
    type: 'relay',
    serialize: JSON.stringify,
    deserialize: JSON.parse,
    ready: subscribed
  }

  // What goes out: what `serialize` returned.
  app.on('sync-out', (data) => socket.write(frame(Buffer.from(String(data)))))

  app.hooks({
    teardown: [
      async (_context, next) => {
        await once(socket.end(), 'close')
        await next()
      }
    ]
  })
}

const relay = await startRelay()

function startInstance() {
  const app = feathers()
  app.configure(relaySync({ port: relay.port }))
  app.use('messages', new MemoryService())
  return app
}

const one = startInstance()
const two = startInstance()
await Promise.all([one.sync.ready, two.sync.ready])

const arrived = [one, two].map((app) => once(app.service('messages'), 'created'))
await one.service('messages').create({ text: 'Hello' })
for (const [{ text }] of await Promise.all(arrived)) console.log(`came over the ${one.sync.type}: ${text}`)

await Promise.all([one.teardown(), two.teardown()])
await relay.stop()
