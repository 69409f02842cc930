// One process of the soak: a Feathers application that makes events, and tells its parent what it got.
import { Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import { decodeFrame } from '../../lib/delivery/wire/frame.js'
import sync from '../../lib/index.js'
import { type Item, Maker, type Service } from './maker.js'
import { CLOSE_TIMEOUT, type Message, now, type Order, type Report, type Setup } from './protocol.js'
import { Random } from './random.js'
import { Tally } from './tally.js'

/** How often it reports, in ms. */
const INTERVAL = 200
/** How long the server may serve its last requests, in ms. */
const LAST_REQUESTS = 1500
/** When a process that has left, and is still there, says what holds it, in ms. */
const LINGERING = 4000

const { id, uri, key, seed, calm, events } = JSON.parse(process.argv[2] ?? '') as Setup
const random = new Random(`${seed} teardown`)
const tally = new Tally()
let statuses: Report['statuses'] = []

function tell(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve())
    else resolve()
  })
}

const trouble = (text: string) => void tell({ kind: 'trouble', text })
process.on('unhandledRejection', (reason) => {
  trouble(`unhandled rejection: ${reason instanceof Error ? reason.stack : reason}`)
})
process.on('warning', ({ name, message }) => trouble(`${name}: ${message}`))

// Nobody listens to `sync-error`, as in most applications: what is printed is judged too.
const app = feathers().configure(sync({ uri, key, heartbeat: 1000, closeTimeout: CLOSE_TIMEOUT }))
app.use('items', {
  create: async (data: unknown) => data,
  // as a server that has requests to serve when it is told to end
  teardown: async () => {
    if (!calm && events === undefined) await delay(random.integer(0, LAST_REQUESTS))
    await maker.stop()
  }
} as never)
const service = app.service('items') as unknown as Service
const maker = new Maker(service, id, seed, calm)

app.on('sync-gap', (gap) => tally.gap(gap))
app.on('sync-status', (status) => statuses.push([now(), status]))
app.sync.ready.then(
  () => tell({ kind: 'ready', at: now() }),
  (error) => {
    // A short life may end before.
    if (error.kind !== 'closed') trouble(`ready: ${error}`)
  }
)
service.on('created', ({ by, number, size, text }: Item) => {
  tally.delivered(by, number)
  if (text.length !== size) trouble(`event ${number} of ${by} has ${text.length} bytes instead of ${size}`)
})

// Only frames tell whose the origin in a `sync-gap` is.
const { adapter } = app.sync
const publish = adapter.publish.bind(adapter)
adapter.publish = (bytes) => {
  void tell({ kind: 'origin', origin: decodeFrame(bytes).origin })
  adapter.publish = publish
  return publish(bytes)
}

const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] }

function report(): Promise<void> {
  const [latest, isHub] = [statuses, handles().some((handle) => handle instanceof Server)]
  statuses = []
  const moments = maker.takeMoments()
  const { made } = maker
  const oldest = tally.lastOf(id) - app.sync.stats().history.events + 1
  return tell({
    kind: 'report',
    log: tally.take(),
    at: now(),
    made,
    oldest,
    moments,
    statuses: latest,
    rss: process.memoryUsage.rss(),
    isHub
  })
}

const reporting = setInterval(report, INTERVAL)
let isLeaving = false

async function leave(): Promise<void> {
  isLeaving = true
  void tell({ kind: 'leaving' })
  if (calm) await maker.stop()
  await app.teardown()
  const unsent = await app.sync.close() // is over: only the number is of interest
  clearInterval(reporting)
  await report()
  await tell({ kind: 'left', unsent, at: now() })
  // nothing but the sync could hold this process now
  process.disconnect()
  setTimeout(() => console.error(`held by ${process.getActiveResourcesInfo()}`), LINGERING).unref()
}

process.on('message', async (order: Order) => {
  if (order === 'leave') return await leave()
  await maker.stop()
  await maker.make(1)
  await report()
  await tell({ kind: 'paused' })
})
process.on('disconnect', () => isLeaving || process.exit(1))

async function begin(): Promise<void> {
  if (events === undefined) {
    await app.setup()
    maker.start()
  } else {
    await maker.make(events)
    await leave()
  }
}

void begin()
