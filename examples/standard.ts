// Standard use: two instances of an application, here in one process, share their events.
// `ipc:` needs no broker; the same line takes redis://…, amqp://… or nats://…
//
// Run: npx tsx examples/standard.ts

import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import sync, { isRemote, local } from 'feathers-sync'

function startInstance(name: string) {
  const app = feathers<{ messages: MemoryService }>()
  app.configure(sync({ uri: process.env.SYNC_URI ?? 'ipc:', key: `example-${process.pid}` }))
  app.use('messages', new MemoryService())

  // Runs on every instance: each has its own websocket clients.
  app.service('messages').on('created', (message, context) => {
    console.log(`${name} hears of '${message.text}', made ${isRemote(context) ? 'elsewhere' : 'here'}`)
  })
  // Runs only where the message was made: the place to send a mail.
  app.service('messages').on(
    'created',
    local((message) => console.log(`${name} sends a mail about '${message.text}'`))
  )
  return app
}

const one = startInstance('one')
const two = startInstance('two')

// An application need not wait for this. Only this script must know when both instances are in sync.
await Promise.all([one.sync.ready, two.sync.ready])

const arrived = new Promise((resolve) => two.service('messages').once('created', resolve))
await one.service('messages').create({ text: 'Hello' })
await arrived

// Leaves the broker; the process ends by itself.
await Promise.all([one.teardown(), two.teardown()])
