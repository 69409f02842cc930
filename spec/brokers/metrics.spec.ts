import { setImmediate as turn } from 'node:timers/promises'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { Registry } from 'prom-client'
import sync, { type SyncOptions } from '../../lib/index.js'
import { collectSyncMetrics } from '../../lib/prometheus.js'
import { BROKERS, EMBEDDED, type Meeting } from '../faults/everywhere.js'
import { samplesOf } from '../prometheus/stage.js'
import type { Broker } from '../support/brokers/broker.js'
import { eventually } from '../support/eventually.js'

const HISTORY = 20
const LOST = 5

/** An instance, and its samples as they are scraped. */
class Measured {
  readonly app: Application = feathers()
  readonly #register = new Registry()

  constructor(options: SyncOptions) {
    this.app.on('sync-error', () => {})
    this.app.on('sync-gap', () => {})
    this.app.configure(sync(options))
    this.app.use('messages', { create: async (data: object) => data } as never)
    collectSyncMetrics(this.app, { register: this.#register })
  }

  async value(name: string): Promise<number | undefined> {
    return samplesOf(await this.#register.metrics()).get(`feathers_sync_${name}`)
  }

  async shows(name: string, expected: number): Promise<void> {
    await eventually(async () => (await this.value(name)) === expected, {
      timeout: 30_000,
      message: `${name} ${expected}`
    })
  }

  /** Each in a turn of its own: what one turn makes is kept, whatever the limits. */
  async make(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      await this.app.service('messages').create({ made })
      await turn()
    }
  }
}

describe('the metrics', function () {
  this.timeout(90_000)

  for (const [name, start] of Object.entries({ ...BROKERS, ...EMBEDDED } as Record<
    string,
    () => Promise<Meeting>
  >)) {
    it(`tell what two instances share, and an outage that is too long: ${name}`, async () => {
      const broker = await start()
      const options = {
        uri: broker.uri,
        key: `metrics-${name}-${process.pid}`,
        history: { events: HISTORY },
        heartbeat: 1000
      }
      const [one, two] = [new Measured(options), new Measured(options)]
      try {
        await Promise.all([one.app.sync.ready, two.app.sync.ready])
        await Promise.all([one.shows('peers', 1), two.shows('peers', 1)])
        await one.make(7)
        await two.shows('events_received_total', 7)
        await one.shows('events_sent_total', 7) // the driver may tell later than the other instance
        expect(await two.value('delivery_delay_seconds_count')).to.be.above(0)
        if (isBroker(broker)) await outage(broker, one, two)
      } finally {
        await Promise.all([one, two].map(({ app }) => app.teardown()))
        if (broker.name !== 'amqp') await broker.stop() // that is shared by all
      }
    })
  }
})

function isBroker(meeting: Meeting): meeting is Broker {
  return 'kill' in meeting
}

async function outage(broker: Broker, one: Measured, two: Measured): Promise<void> {
  await broker.kill()
  try {
    await Promise.all([one.shows('up', 0), two.shows('up', 0)])
    expect(await one.value('status{status="reconnecting"}')).to.equal(1)
    await one.make(HISTORY + LOST)
    expect(await one.value('events_waiting')).to.equal(HISTORY)
    expect(await one.value('events_lost_total')).to.equal(LOST)
    expect(await one.value('errors_total{kind="overflow"}')).to.be.above(0)
  } finally {
    await broker.start()
  }
  await two.shows('events_missed_total', LOST)
  await two.shows('events_received_total', 7 + HISTORY)
  await one.shows('events_waiting', 0)
  expect(await two.value('up')).to.equal(1)
}
