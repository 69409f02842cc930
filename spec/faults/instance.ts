// One instance of an application, as a process of its own: does what its parent tells it, and keeps count.
import type { EventEmitter } from 'node:events'
import { Server } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { feathers } from '@feathersjs/feathers'
import sync, { type SyncGap, type SyncOptions } from '../../lib/index.js'
import { FAREWELL, type Making, type Measures, type Order, type Orders, type Report } from './protocol.js'

const { name, ...options } = JSON.parse(process.argv[2] ?? '') as SyncOptions & { name: string }
const app = feathers().configure(sync(options))
app.use('events', { find: async () => [] } as never, { events: ['made'] })
const service = app.service('events') as unknown as EventEmitter

const gaps: SyncGap[] = []
const errors: string[] = []
const warnings: string[] = []
const got: Report['got'] = {}
let made = 0
let isLeaving = false
let reconnects = 0

app.on('sync-gap', (gap) => gaps.push(gap))
app.on('sync-error', ({ kind, message }) => errors.push(`${kind}: ${message}`))
app.on('sync-status', (status) => {
  if (status === 'reconnecting') reconnects += 1
})
process.on('unhandledRejection', (reason) => warnings.push(`unhandled rejection: ${reason}`))
process.on('warning', ({ message }) => warnings.push(message))
app.sync.ready.catch((error) => warnings.push(`ready: ${error}`))

service.on('made', ({ by, number }: { by: string; number: number }) => {
  const known = got[by] ?? { count: 0, next: number, outOfTurn: [] }
  got[by] = known
  if (number !== known.next) known.outOfTurn.push([known.next, number])
  known.count += 1
  known.next = number + 1
})

/** So many a second, whatever the loop does meanwhile. After a pause it catches up in many turns: the history keeps all of one turn. */
async function make({ count, perSecond = Number.POSITIVE_INFINITY, size = 100 }: Making): Promise<void> {
  const [startedAt, end] = [performance.now(), made + count]
  const text = 'x'.repeat(size)
  for (const before = made; ; await new Promise((resolve) => setTimeout(resolve, 1))) {
    if (isLeaving) return
    const onTime = before + ((performance.now() - startedAt) * perSecond) / 1000 || end
    const due = Math.min(end, onTime, made + Math.max(1, perSecond / 20))
    while (made < Math.floor(due)) service.emit('made', { by: name, number: ++made, text })
    if (made === end) return
  }
}

const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] }

function report(): Report {
  const { status } = app.sync
  const isHub = handles().some((handle) => handle instanceof Server)
  return { got, gaps, errors, warnings, made, status, reconnects, stats: app.sync.stats(), isHub }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function measure(): Measures {
  collectGarbage()
  const resources = process.getActiveResourcesInfo()
  const count = (type: RegExp) => resources.filter((resource) => type.test(resource)).length
  return {
    heap: process.memoryUsage().heapUsed,
    sockets: count(/TCP|Pipe/),
    timers: count(/Timeout/),
    listeners: app.eventNames().reduce((sum, event) => sum + app.listenerCount(event), 0)
  }
}

let hasLeft = false
process.on('message', async ({ id, order, making }: Order) => {
  const orders: Record<keyof Orders, () => unknown> = {
    ready: () => app.sync.ready,
    make: () => make(making),
    report,
    measure,
    reconnect: () => app.sync.adapter.reconnect(new Error('as told')),
    teardown: async () => {
      await app.teardown()
      hasLeft = true
    }
  }
  const value = await orders[order]()
  process.send?.({ id, value })
})
// As an application does that is deployed anew: no more calls, then the teardown.
process.once('SIGTERM', async () => {
  isLeaving = true
  await app.teardown()
  hasLeft = true
  process.send?.({ id: FAREWELL, value: report() }, () => process.disconnect())
})
// A parent that ends without a word leaves nobody behind; else nothing but the sync could hold this process.
process.on('disconnect', () => hasLeft || process.exit(1))
process.send?.({ id: 0 })
