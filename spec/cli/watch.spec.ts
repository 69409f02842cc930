import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { IpcAdapter } from '../../lib/index.js'
import type { ResolvedOptions } from '../../lib/sync/options.js'
import { startRedis } from '../support/brokers/redis.js'
import { type Running, start } from '../support/command-line.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members } from '../support/members.js'
import { PLACES } from '../support/places.js'
import { TAPS } from '../support/taps.js'

/** Watches what these instances share, and has heard them. */
async function watching(members: Members, uri: string, ...options: string[]): Promise<Running> {
  const watch = start(['watch', uri, '--json', '--key', members.key, ...options])
  await eventually(() => of(watch, 'watching').length === 1)
  expect(of(watch, 'watching')[0]?.instances).to.have.length(members.all.length)
  return watch
}

const of = (watch: Running, type: string) => watch.documents().filter((it) => it.type === type)

function emit({ app }: Member, event: string, data: unknown): void {
  ;(app.service('events') as unknown as EventEmitter).emit(event, data)
}

describe('feathers-sync watch', () => {
  const members = new Members()
  afterEach(() => members.closeAll())

  for (const [adapter, place] of Object.entries(PLACES)) {
    describe(`on ${adapter}`, () => {
      it('shows each event once, in order, and the fleet notices one message of it', async () => {
        const broker = await place()
        const { uri } = broker
        const [one, other] = await members.start(2, { uri, heartbeat: 60_000 })
        const origins = members.all.map(({ app }) => app.sync.stats().peers[0]?.origin)
        const foreign: string[] = []
        const untap = await TAPS[adapter as keyof typeof TAPS](uri, members.key, (bytes) => {
          const origin = Buffer.from(bytes).toString('hex', 6, 22)
          if (!origins.includes(origin)) foreign.push(origin)
        })
        const watch = await watching(members, uri, '--data')
        one.make(3)
        other.make(2)
        await eventually(() => of(watch, 'event').length === 5)
        // It has left with the message by which it came.
        await eventually(() => members.all.every(({ app }) => app.sync.stats().peers.length === 1))
        watch.interrupt(130)
        const { code, errors } = await watch.ended
        await untap()
        await members.closeAll()
        await broker.stop()
        expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
        for (const { name, made } of [one, other]) {
          const seen = of(watch, 'event').filter(({ data }) => (data as { by: string }).by === name)
          expect(seen.map(({ sequence }) => sequence)).to.deep.equal(
            Array.from({ length: made }, (_, at) => at + 1)
          )
          expect(seen[0]).to.include({ path: 'events', event: 'made' })
          expect(origins).to.include(seen[0]?.origin)
        }
        expect(of(watch, 'summary')[0]).to.deep.include({
          events: 5,
          missed: 0,
          byEvent: { 'events made': 5 }
        })
        expect(foreign).to.have.length(1)
      })
    })
  }

  it('tells that the broker is away and back, each error once, and goes on', async () => {
    const redis = await startRedis()
    const [one] = await members.start(1, { uri: redis.uri })
    const watch = await watching(members, redis.uri)
    await redis.kill()
    await eventually(() => of(watch, 'error').length >= 2) // cut, and then refused
    await delay(500) // several attempts
    await redis.start()
    await eventually(() => of(watch, 'back').length === 1)
    await eventually(() => one.app.sync.status === 'ready')
    one.make(1)
    await eventually(() => of(watch, 'event').length === 1)
    watch.interrupt(130)
    await watch.ended
    await redis.stop()
    expect(of(watch, 'away')).to.have.length(1)
    const texts = of(watch, 'error').map(({ message }) => message)
    expect(texts.length).to.be.below(5)
    expect(texts.filter((text, at) => text === texts[at - 1])).to.deep.equal([])
  })

  describe('what it shows', () => {
    const uri = `ipc:///tmp/feathers-sync-${randomUUID().slice(0, 8)}.sock`

    it('is a line for an event: the time, the origin, the path, the event, the id and the size', async () => {
      const [one] = await members.start(1, { uri })
      const watch = start(['watch', uri, '--key', members.key, '--count', '2'])
      await eventually(() => watch.output.includes(' is here'))
      emit(one, 'made', { id: 12, text: 'secret' })
      emit(one, 'made', { _id: 'a\u001b[2J', text: 'secret' })
      const { code, output } = await watch.ended
      expect(code).to.equal(0)
      expect(output).to.match(
        /^\d\d:\d\d:\d\d\.\d{3} = [\da-f]{8}.* is here, up for [\d.]+ s, 0 events so far/
      )
      expect(output).to.match(/\n\d\d:\d\d:\d\d\.\d{3} [\da-f]{8} events made 12 \d+ B\n/)
      expect(output).to.match(/\n\d\d:\d\d:\d\d\.\d{3} [\da-f]{8} events made a\\u001b\[2J \d+ B\n/)
      expect(output).to.match(
        /\n2 events in [\d.]+ s \([\d.]+\/s\), 1 instance, 0 missed here\n {2}events made {2}2\n$/
      )
      expect(output).not.to.include('secret')
    })

    it('is what --path and --event name, and each may be several', async () => {
      const app = feathers()
      app.use('others', { find: async () => [] } as never, { events: ['made', 'seen', 'left'] })
      const [one] = await members.start(1, { uri, app })
      const filters = ['--path', '/others/', '--path', 'nothing', '--event', 'made', '--event', 'left']
      const watch = await watching(members, uri, ...filters, '--count', '2')
      one.make(1)
      const others = app.service('others') as unknown as EventEmitter
      for (const event of ['made', 'seen', 'left']) others.emit(event, {})
      await watch.ended
      expect(of(watch, 'event').map(({ path, event }) => `${path} ${event}`)).to.deep.equal([
        'others made',
        'others left'
      ])
    })

    it('is who comes, leaves and is gone', async () => {
      await members.start(1, { uri })
      const watch = await watching(members, uri)
      const second = members.configure({ uri })
      await second.app.sync.ready
      await eventually(() => of(watch, 'came').length === 1)
      await second.app.sync.close()
      await eventually(() => of(watch, 'went').length === 1)
      watch.interrupt(130)
      await watch.ended
      expect(of(watch, 'went')[0]).to.include({ how: 'left', origin: of(watch, 'came')[0]?.origin })
    })

    it('is what it missed itself, as a gap', async () => {
      const [one] = await members.start(1, { uri })
      const watch = await watching(members, uri)
      const { adapter } = one.app.sync
      const publish = adapter.publish.bind(adapter)
      one.make(1)
      await eventually(() => of(watch, 'event').length === 1)
      adapter.publish = async () => {} // lost on the way
      one.make(3)
      await delay(0)
      adapter.publish = publish
      one.make(1)
      await eventually(() => of(watch, 'gap').length === 1)
      watch.interrupt(130)
      await watch.ended
      expect(of(watch, 'gap')[0]).to.include({ from: 2, to: 4, missed: 3 })
      expect(of(watch, 'summary')[0]).to.include({ events: 2, missed: 3 })
    })

    it('is what can not be deserialized, with its size, and events of version 3', async () => {
      const watch = await watching(members, uri, '--count', '1')
      const [one] = await members.start(1, { uri, serialize: () => 'no JSON' })
      await eventually(() => of(watch, 'came').length === 1)
      one.make(1)
      await eventually(() => of(watch, 'unreadable').length === 1)
      const adapter = new IpcAdapter()
      adapter.options = { uri, key: members.key } as ResolvedOptions
      await adapter.connect({ receive: () => {}, error: () => {}, status: () => {} })
      await adapter.publish(Buffer.from(JSON.stringify({ path: 'old', event: 'created', data: { id: 1 } })))
      await watch.ended
      await adapter.close()
      expect(of(watch, 'unreadable')[0]).to.include({ events: 1, size: 8, sequence: 1 })
      expect(of(watch, 'event')[0]).to.include({ path: 'old', event: 'created', id: 1 })
      expect(of(watch, 'event')[0]).not.to.have.property('origin')
    })

    it('is how much its reader was too slow for, which takes no memory, and goes on behind it', async () => {
      const [one] = await members.start(1, { uri })
      const [watch, text] = [await watching(members, uri), start(['watch', uri, '--key', members.key])]
      await eventually(() => text.output.includes(' is here'))
      for (const it of [watch, text]) it.stall()
      const before = [watch, text].map(({ output }) => output)
      one.make(1500)
      await members.configure({ uri }).app.sync.ready // a line that is no event
      await eventually(() => one.app.sync.stats().peers.length === 1)
      await eventually(() => one.app.sync.stats().events.waiting === 0)
      await delay(200) // nothing is written
      expect([watch, text].map(({ output }) => output)).to.deep.equal(before)
      for (const it of [watch, text]) it.readOn()
      await eventually(() => of(watch, 'skipped').length === 1)
      one.make(1)
      await eventually(() => of(watch, 'event').length === 1)
      for (const it of [watch, text]) it.interrupt(130)
      const [{ code }, { output }] = await Promise.all([watch.ended, text.ended])
      expect(code).to.equal(0)
      expect(of(watch, 'skipped')[0]).to.include({ events: 1500, others: 1 })
      expect(of(watch, 'event')[0]).to.include({ sequence: 1501 })
      expect(of(watch, 'summary')[0]).to.include({ events: 1501, skipped: 1500, missed: 0 })
      expect(output).to.match(/ ! 1,500 events and 1 other line not shown: the reader of this is too slow\n/)
      expect(output).to.match(/\n1,501 events in .* 0 missed here, 1,500 not shown\n/)
    })

    it('is rates in place of events with --rates, and ends with --for', async () => {
      const [one] = await members.start(1, { uri })
      const watch = await watching(members, uri, '--rates', '1', '--for', '2')
      one.make(10)
      const { code } = await watch.ended
      expect(code).to.equal(0)
      expect(of(watch, 'event')).to.deep.equal([])
      expect(of(watch, 'rates')[0]).to.deep.include({ events: 10, byEvent: { 'events made': 10 } })
    })
  })
})
