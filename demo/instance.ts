/** One instance of the application: what a user would write, run as a process of its own by index.ts. */
import type { AddressInfo } from 'node:net'
import { feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import { MemoryService } from '@feathersjs/memory'
import socketio from '@feathersjs/socketio'
import sync, { SYNC, type SyncError } from '../lib/index.js'

if (!process.connected) process.exit() // index.ts was killed while this was loaded

const [uri, key] = process.argv.slice(2)

interface Message {
  id: string
  private?: boolean
}

class Messages extends MemoryService<Message> {
  async like(data: { id: string }): Promise<object> {
    app.service('messages').emit('liked', data)
    return data
  }
}

const app = koa(feathers<{ messages: Messages }>())
app.configure(socketio({ transports: ['websocket'] }))
app.configure(sync({ uri, key }))
app.use('messages', new Messages(), {
  methods: ['create', 'patch', 'remove', 'like'],
  events: ['liked']
})
app.service('messages').hooks({
  before: {
    create: [
      async (context) => {
        if ((context.data as Message).private) context[SYNC] = false
      }
    ]
  }
})
app.on('connection', (connection) => app.channel('everybody').join(connection))
app.publish(() => app.channel('everybody'))

// Here ends the application. The rest lets index.ts start and end it.
let ending = false

async function end(): Promise<void> {
  if (ending) return
  ending = true
  await app.teardown()
  if (process.connected) process.disconnect() // nothing else holds the process
}

// Ctrl-C, or the end of the terminal, reaches the whole group: index.ts ends us
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
process.on('SIGTERM', end)
process.on('disconnect', end) // it was killed

const onError = ({ message }: SyncError) => process.send?.({ failure: message })
app.on('sync-error', onError)
const server = await app.listen(0, '127.0.0.1')
const onReady = () => {
  app.off('sync-error', onError)
  process.send?.({ port: (server.address() as AddressInfo).port })
}
app.sync.ready.then(onReady, () => {}) // why not: `sync-error` has told
