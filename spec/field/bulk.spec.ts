import { type Application, feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import { expect } from 'chai'
import sync, { isRemote } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { PLACES, type Place } from '../support/places.js'

const KIB = 1024

/** How many records of how many bytes: the least that brought each of them down. */
const CALLS: Record<keyof typeof PLACES, [count: number, size: number][]> = {
  redis: [
    [1500, 10 * KIB],
    [20, 2048 * KIB]
  ],
  amqp: [[4000, 10 * KIB]],
  nats: [[4000, 10 * KIB]],
  ipc: [[4000, 10 * KIB]]
}

describe('a bulk create() of more than brokers and history keep', () => {
  for (const [name, start] of Object.entries(PLACES)) {
    describe(name, () => {
      let place: Place
      let apps: Application[]

      before(async function () {
        this.timeout(60_000)
        place = await start()
        const key = `bulk-${process.pid}-${name}`
        apps = [1, 2, 3].map(() =>
          feathers()
            .configure(sync({ uri: place.uri, key }))
            .use('records', new MemoryService({ multi: true }))
        )
        await Promise.all(apps.map((app) => app.sync.ready))
      })

      after(async () => {
        await Promise.all(apps.map((app) => app.teardown()))
        await place.stop()
      })

      for (const [count, size] of CALLS[name as keyof typeof PLACES]) {
        it(`${count} records of ${size / KIB} KiB: all arrive, once and in order, and events of others between`, async () => {
          const [maker, other, third] = apps as [Application, Application, Application]
          const got = [other, third].map((app) => {
            const ids: number[] = []
            const listener = (record: { number?: number }) =>
              isRemote() && record.number !== undefined && ids.push(record.number)
            app.service('records').on('created', listener)
            return { ids, stop: () => app.service('records').off('created', listener) }
          })
          let heard = 0
          maker.service('records').on('created', () => {
            if (isRemote()) heard += 1
          })
          let reconnects = 0
          for (const app of apps) {
            app.on('sync-status', (status) => {
              if (status === 'reconnecting') reconnects += 1
            })
          }
          const text = 'x'.repeat(size)
          const input = Array.from({ length: count }, (_, number) => ({ number, text }))
          const created = maker.service('records').create(input)
          for (let event = 0; event < 20; event += 1) await other.service('records').create({ event })
          await created
          await eventually(() => got.every(({ ids }) => ids.length >= count), {
            timeout: 90_000,
            message: `${got.map(({ ids }) => ids.length).join(' and ')} of ${count}`
          })
          for (const { ids, stop } of got) {
            expect(ids).to.deep.equal(input.map(({ number }) => number))
            stop()
          }
          await eventually(() => heard === 20)
          maker.service('records').removeAllListeners('created')
          const { lost } = maker.sync.stats().events
          expect({ lost, reconnects }).to.deep.equal({ lost: 0, reconnects: 0 })
          for (const app of apps) expect(app.sync.stats().events.missed).to.equal(0)
        }).timeout(120_000)
      }
    })
  }
})
