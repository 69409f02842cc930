// Two instances of the application that the Feathers CLI generates, with sync. Ann and Bob are logged in at different ones.
//
// Run: node --import tsx examples/generated-app/main.ts (in this repository)

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { createApp } from '../../spec/applications/generated/app.js'
import { Table } from '../../spec/applications/generated/memory.js'

// What config/default.json of the generated application gets.
const sync = { uri: process.env.SYNC_URI ?? 'ipc:', key: `generated-${process.pid}`, omit: ['password'] }
// In place of the database, which all instances share.
const database = { users: new Table(), messages: new Table() }

const apps = [createApp({ sync, database }), createApp({ sync, database })]
const urls: string[] = []
for (const app of apps) {
  await app.sync.ready
  const server = await app.listen(0)
  urls.push(`http://localhost:${(server.address() as AddressInfo).port}`)
}

/** Calls a method of a service, as the Feathers client does. */
async function call(socket: Socket, method: string, ...args: unknown[]): Promise<unknown> {
  const [error, result] = await new Promise<unknown[]>((resolve) =>
    socket.emit(method, ...args, (...answer: unknown[]) => resolve(answer))
  )
  if (error) throw new Error(JSON.stringify(error))
  return result
}

async function signUp(name: string, url: string | undefined): Promise<Socket> {
  const socket = io(url as string, { transports: ['websocket'], forceNew: true })
  await once(socket as never, 'connect')
  const account = { email: `${name}@example.com`, password: 'a password' }
  await call(socket, 'create', 'users', account)
  await call(socket, 'create', 'authentication', { strategy: 'local', ...account })
  return socket
}

const ann = await signUp('ann', urls[0])
const annHears = once(ann as never, 'users created')
const bob = await signUp('bob', urls[1])
const [user] = await annHears
console.log(`Ann, at instance one, hears of a new user: ${user.email}, with the fields ${Object.keys(user)}`)

const stranger = io(urls[0] as string, { transports: ['websocket'], forceNew: true })
await once(stranger as never, 'connect')
let heard = 0
stranger.onAny(() => {
  heard += 1
})

const bobHears = once(bob as never, 'messages created')
await call(ann, 'create', 'messages', { text: 'Hello Bob' })
const [message] = await bobHears
console.log(`Bob, at instance two, hears of a message: ${message.user.email} says '${message.text}'`)
console.log(`Its user has the fields ${Object.keys(message.user)}`)

await call(stranger, 'get', 'no service', 1).catch(() => {}) // an answer follows what was sent before
console.log(`Who is not logged in has heard of ${heard} events`)

for (const socket of [ann, bob, stranger]) socket.disconnect()
await Promise.all(apps.map((app) => app.teardown()))
