/** The process of one instance: runs app.ts, and lets the demo's own process see and disturb it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { IpcAdapter } from '../../lib/index.js'
import { createApp, type RemoteDatabase } from './app.js'
import { LossyNetwork } from './lossy-adapter.js'
import type { FromInstance, Query, ToInstance } from './protocol.js'

/** How often the instance reports, in ms. */
const REPORT_INTERVAL = 500
/** So that a loss is noticed, and given up, within seconds, in ms. */
const HEARTBEAT = 1000

if (!process.connected) process.exit() // the demo was killed while this was loaded

const [name = '', uri = '', key = '', port = '0'] = process.argv.slice(2)

function tell(message: FromInstance): void {
  if (process.connected) process.send?.(message, () => {}) // why not: the demo may have ended
}

const pending = new Map<number, { resolve(result: never): void; reject(error: Error): void }>()
let lastQuery = 0

function query<Result>(query: Query): Promise<Result> {
  return new Promise((resolve, reject) => {
    pending.set(++lastQuery, { resolve, reject })
    tell({ type: 'query', id: lastQuery, query })
  })
}

const database: RemoteDatabase = {
  find: () => query({ method: 'find', args: [] }),
  create: (message) => query({ method: 'create', args: [message] }),
  like: (id) => query({ method: 'like', args: [id] }),
  remove: (id) => query({ method: 'remove', args: [id] })
}

const network = new LossyNetwork(name, (stamps) => {
  tell({ type: 'note', note: { kind: 'dropped', stamps } })
  report()
})
const app = createApp(name, database, {
  uri,
  key,
  name,
  heartbeat: HEARTBEAT,
  container: network.containerFor(uri)
})

function report(): void {
  const { status, adapter } = app.sync
  const isHub = adapter instanceof IpcAdapter && adapter.isHub
  const { events, peers } = app.sync.stats()
  const health = app.sync.health()
  tell({ type: 'report', report: { status, isHub, toDrop: network.toDrop, events, health, peers } })
}

app.on('sync-status', report)
app.on('sync-gap', ({ missed }) => tell({ type: 'note', note: { kind: 'gap', missed } }))
app.on('sync-error', ({ message }) => tell({ type: 'note', note: { kind: 'error', text: message } }))

const server = createServer(app.callback())

let ending = false

async function teardown(): Promise<void> {
  if (ending) return
  ending = true
  if (server.listening) {
    app.io.engine.close() // a server does not close while a websocket is open
    await app.teardown()
  } else await app.sync.close() // or the socket of the hub stays
  process.exit()
}

// Ctrl-C, or the end of the terminal, reaches all of the group: the demo's own process ends us
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => {})
process.on('SIGTERM', teardown)
process.on('disconnect', teardown) // it was killed
process.on('message', (message: ToInstance) => {
  switch (message.type) {
    case 'answer': {
      const waiting = pending.get(message.id)
      pending.delete(message.id)
      if (message.error !== undefined) waiting?.reject(new Error(message.error))
      else waiting?.resolve(message.result as never)
      break
    }
    case 'lose':
      network.lose(message.losses)
      report()
  }
})

const fail = ({ message }: Error) => tell({ type: 'failure', text: message })
server.once('error', fail)
await app.setup(server)
// In sync before the first client comes: from then on it misses nothing.
app.sync.ready.then(() => {
  server.listen(Number(port), '127.0.0.1', () => {
    tell({ type: 'listening', port: (server.address() as AddressInfo).port })
    setInterval(report, REPORT_INTERVAL)
  })
}, fail)
