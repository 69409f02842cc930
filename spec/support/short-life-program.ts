// A process as a script or a cron job is: it makes events, leaves, and has to end by itself.
import type { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import sync from '../../lib/index.js'
import type { Life, Outcome } from './short-life.js'

const {
  options,
  count = 0,
  listens = true,
  waits = 0,
  awaitsCreate = true
} = JSON.parse(process.argv[2] ?? '') as Life
const errors: string[] = []
const app = feathers().configure(sync(options))
app.use('events', { create: async (data: object) => data } as never, { events: ['made'] })
if (listens) app.on('sync-error', ({ kind, message }) => errors.push(`${kind}: ${message}`))

async function live(): Promise<void> {
  const service = app.service('events')
  for (let number = 1; number <= count; number += 1) {
    const event = { by: 'short life', number }
    if (awaitsCreate) await service.create(event)
    else (service as unknown as EventEmitter).emit('made', event)
  }
  if (waits) await delay(waits)
  const start = performance.now()
  await app.teardown()
  const took = performance.now() - start
  const outcome: Outcome = { took, unsent: await app.sync.close(), errors, events: app.sync.stats().events }
  console.log(JSON.stringify(outcome))
}

void live()
