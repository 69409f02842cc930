import type { EventEmitter } from 'node:events'
import { type Application, feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import { expect } from 'chai'
import sync, { isRemote } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { range } from '../support/members.js'
import { PLACES, type Place } from '../support/places.js'

const TEXT = 'x'.repeat(1000)

interface Item {
  number: number
}

/** What the listener of each item does, and the event that comes of it. */
const LISTENERS: Record<string, (app: Application, item: Item) => unknown> = {
  'emits an event of another service': ({ service }, { number }) =>
    (service('notes') as unknown as EventEmitter).emit('noted', { number, text: TEXT }),
  'emits an event of the same service': ({ service }, { number }) =>
    (service('items') as unknown as EventEmitter).emit('noted', { number, text: TEXT }),
  'calls another service': ({ service }, { number }) => service('notes').create({ number, text: TEXT })
}

describe('a listener that makes an event of each item of a bulk create()', () => {
  for (const [name, start] of Object.entries(PLACES)) {
    describe(name, () => {
      let place: Place
      let apps: Application[] = []

      before(async function () {
        this.timeout(60_000)
        place = await start()
      })
      afterEach(() => Promise.all(apps.splice(0).map((app) => app.sync.close())))
      after(() => place.stop())

      for (const [what, listener] of Object.entries(LISTENERS)) {
        it(`${what}: all arrive in order, and the bytes grow with the items`, async () => {
          const key = `cascade-${process.pid}-${what.length}`
          apps = [1, 2, 3].map(() => {
            const app = feathers().configure(sync({ uri: place.uri, key }))
            for (const path of ['items', 'notes'])
              app.use(path, new MemoryService({ multi: true }), {
                events: ['noted'],
                methods: ['create']
              } as never)
            return app
          })
          const [maker, ...others] = apps as [Application, ...Application[]]
          await Promise.all(apps.map((app) => app.sync.ready))
          const got = others.map((app) => {
            const events: Record<'created' | 'noted', number[]> = { created: [], noted: [] }
            const note =
              (into: number[]) =>
              ({ number }: Item) =>
                isRemote() && into.push(number)
            app.service('items').on('created', note(events.created))
            for (const path of ['items', 'notes']) app.service(path).on('noted', note(events.noted))
            app.service('notes').on('created', note(events.noted))
            return events
          })
          maker.service('items').on('created', (item: Item) => {
            listener({ service: (path: string) => maker.service(path) } as Application, item)
          })
          const call = async (first: number, count: number) => {
            const items = range(first, first + count - 1).map((number) => ({ number, text: TEXT }))
            await maker.service('items').create(items)
            const last = first + count - 1
            await eventually(
              () => got.every(({ created, noted }) => created.at(-1) === last && noted.at(-1) === last),
              { timeout: 20_000, message: `all ${last}: ${got.map(({ noted }) => noted.length)}` }
            )
          }
          await call(1, 200)
          await call(201, 800)
          for (const { created, noted } of got) {
            expect(created, 'items').to.deep.equal(range(1, 1000))
            expect(noted, 'what came of them').to.deep.equal(range(1, 1000))
          }
          // each text three times: in the call's data, in its result, and in what came of it
          expect(maker.sync.stats().bytes.sent, 'bytes').to.be.below(3.5 * 1000 * TEXT.length)
          const { lost, resent } = maker.sync.stats().events
          expect({ lost, resent }).to.deep.equal({ lost: 0, resent: 0 })
        }).timeout(60_000)
      }
    })
  }
})
