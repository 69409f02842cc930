// Three instances behind nginx are restarted one after the other, while requests make messages all the time and clients listen.
// In the end everything is counted.
//
// Run: node examples/graceful-restart/main.mjs (in this repository after npm run build; needs nginx, and Redis at REDIS_URI)

import { setTimeout as delay } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import sync from 'feathers-sync'
import { freePort, startInstance, startNginx } from '../nginx/processes.mjs'
import { Client } from './client.mjs'

const { REDIS_URI = 'redis://localhost:6379' } = process.env
const CLIENTS = 12
const PAUSE = 20 // between two requests, in ms

const env = { SYNC_KEY: `restart-${process.pid}` }
const ports = [await freePort(), await freePort(), await freePort()]
const instances = await Promise.all(ports.map((port) => startInstance(port, env)))
const nginx = await startNginx('websockets.conf', await freePort(), ports)

// An instance that is not restarted: it has to get each event once, from whichever instance it comes.
const observer = feathers()
observer.configure(sync({ uri: REDIS_URI, key: env.SYNC_KEY }))
observer.use('messages', { create: async (data) => data })
const observed = []
observer.service('messages').on('created', ({ id }) => observed.push(id))
await observer.sync.ready

const clients = Array.from({ length: CLIENTS }, () => new Client(nginx.url))
await Promise.all(clients.map((client) => client.connected()))

// The load: requests of which nobody waits for the previous one.
const requests = []
let loading = true
async function load() {
  while (loading) {
    requests.push(create(`message ${requests.length}`))
    await delay(PAUSE)
  }
}
async function create(text) {
  const response = await fetch(`${nginx.url}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text })
  })
  if (response.status !== 201) throw new Error(`status ${response.status}`)
  return (await response.json()).id
}
const loaded = load()

for (const [index, port] of ports.entries()) {
  // A peak just then: when the first one is answered, others are under way at the instance that ends.
  const peak = Array.from({ length: 60 }, (_, count) => create(`peak of ${port}, ${count}`))
  requests.push(...peak)
  await Promise.any(peak)
  await instances[index].stop()
  instances[index] = await startInstance(port, env)
  // The next one follows when the clients of this one are connected again.
  await Promise.all(clients.map((client) => client.connected()))
  console.log(`instance ${index + 1} was restarted`)
}
loading = false
await loaded

const results = await Promise.allSettled(requests)
const ids = results.flatMap(({ value }) => value ?? [])
for (const { reason } of results) if (reason) console.error(reason)
if (ids.length < 100) throw new Error('That was no load')

// Of everything that is still on its way, what takes longest is an event for the observer or a client.
const deadline = AbortSignal.timeout(20_000)
const isComplete = () =>
  [observed, ...clients.map(({ ids }) => ids)].every((list) => new Set(list).size >= ids.length)
while (!isComplete() && !deadline.aborted) await delay(10)

const reconnects = clients.reduce((sum, { connections }) => sum + connections - 1, 0)
const stored = (await (await fetch(`${nginx.url}/messages`)).json()).map(({ text }) => text)
const twice = (list) => list.length - new Set(list).size
const missing = (list) => ids.filter((id) => !new Set(list).has(id)).length
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

console.log(`clients that did not come back: ${clients.filter(({ socket }) => !socket.connected).length}`)
console.log(`requests that failed: ${results.length - ids.length}`)
console.log(`messages that were made twice: ${stored.length - new Set(stored).size}`)
console.log(`events that the observer missed: ${missing(observed)}, got twice: ${twice(observed)}`)
console.log(`messages that a client does not have: ${sum(clients.map(({ ids }) => missing([...ids])))}`)
console.log(
  `events that a client got twice over one connection: ${sum(clients.map(({ events }) => twice(events)))}`
)

if (reconnects < CLIENTS) console.error(`only ${reconnects} clients had to connect again`)

for (const { socket } of clients) socket.disconnect()
await observer.teardown()
await Promise.all(instances.map((instance) => instance.stop()))
await nginx.stop()
