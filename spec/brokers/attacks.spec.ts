import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { SealedFrame } from '../../lib/sealing/sealed-frame.js'
import { Fleet } from '../faults/fleet.js'
import type { Measures, Report } from '../faults/protocol.js'
import type { RemoteInstance } from '../faults/remote-instance.js'
import { Attacker } from '../sealing/attacker.js'
import { Middle } from '../sealing/middle.js'
import { attackSeed, Mutations } from '../sealing/mutations.js'
import { expectUnreadable } from '../sealing/unreadable.js'
import { Random } from '../soak/random.js'
import { range } from '../support/members.js'
import { anotherPlace, PLACES, type Place } from '../support/places.js'

/** On each of the brokers: 100,000 on all. */
const MESSAGES = 25_000
const BATCH = 100
/** How long the attack takes at least, in ms: as long as the members make events. */
const DURATION = 6000
/** After how long an event is there at the latest whose message was lost, and that no other follows, in ms. */
const ORDINARY_LOSS = 2000
/** How many bytes the heap may have grown by, as garbage collection is not exact. */
const GROWTH = 1024 * 1024

const secret = randomBytes(32).toString('base64')

/** Of the records that are sent: see `instance.ts` of the faults. */
const READABLE = ['xxxxxxxx', 'instance ', '"by"', 'made', 'number']

function expectOnlyDrops({ errors, gaps, stats, warnings }: Report): void {
  expect(errors.filter((text) => !text.startsWith('secret: '))).to.deep.equal([])
  expect(errors).to.have.length(Object.values(stats.dropped).filter((count) => count > 0).length)
  expect(gaps).to.deep.equal([])
  expect(warnings).to.deep.equal([])
}

/** How long the slowest of the events took that one makes, one after the other, in ms. */
async function slowest(from: RemoteInstance, to: RemoteInstance, goesOn: () => boolean): Promise<number> {
  let most = 0
  for (let made = 1; goesOn(); made += 1) {
    const began = performance.now()
    await from.make(1)
    await to.until(({ got }) => got[from.name]?.count === made)
    most = Math.max(most, performance.now() - began)
  }
  return most
}

function dropsOf({ stats }: Report): number {
  return Object.values(stats.dropped).reduce((sum, count) => sum + count, 0)
}

function originOf(sealed: Buffer): string {
  return new SealedFrame(sealed).origin.toString('hex')
}

for (const [name, start] of Object.entries(PLACES) as [keyof typeof PLACES, () => Promise<Place>][]) {
  describe(`an attacker on ${name}`, function () {
    this.timeout(120_000)
    const seed = attackSeed()
    const random = new Random(seed)
    let place: Place
    let fleet: Fleet
    let attacker: Attacker
    let mutations: Mutations
    let recorded: Buffer[]
    const others: { kill(): Promise<void> }[] = []

    before(async () => {
      place = await start()
    })
    after(() => place.stop())

    /** A fleet, and an attacker who was there before it. */
    async function begin(options: { heartbeat?: number } = {}): Promise<void> {
      const key = `attacked-${randomUUID()}`
      fleet = new Fleet({ uri: place.uri, key, secret, ...options })
      others.push(fleet)
      attacker = await Attacker.join(name, place.uri, key)
      mutations = new Mutations(random, key)
      recorded = []
      attacker.listen((bytes) => {
        mutations.record(bytes)
        recorded.push(bytes)
      })
    }

    afterEach(async () => {
      await attacker.close()
      for (const one of others.splice(0)) await one.kill()
    })

    /** Frames that members of another `key` have sealed with the same secret. */
    async function recordSiblings(): Promise<Buffer[]> {
      const key = `sibling-${randomUUID()}`
      const siblings = new Fleet({ uri: place.uri, key, secret })
      others.push(siblings)
      const frames: Buffer[] = []
      const listener = await Attacker.join(name, place.uri, key)
      listener.listen((bytes) => frames.push(bytes))
      const [one] = await siblings.start(2)
      await one.make(100, { perSecond: 500 })
      await siblings.settled()
      await siblings.end()
      await listener.close()
      return frames
    }

    it(`delivers no event, learns no record and delays none, with ${MESSAGES} messages (seed ${seed})`, async () => {
      await begin()
      const siblings = await recordSiblings()
      const [one, two] = (await fleet.start(3)) as [RemoteInstance, RemoteInstance]
      const [probe] = await fleet.start(1)
      await one.make(2, { size: 700_000 }) // in fragments
      await two.make(100)
      await fleet.settled()
      let isOver = false
      const makers = fleet.alive.filter((instance) => instance !== probe)
      const making = makers.map((instance) => instance.make((DURATION / 1000) * 200, { perSecond: 200 }))
      const slowing = slowest(probe, two, () => !isOver)
      const began = performance.now()
      for (let sent = 0; sent < MESSAGES; sent += BATCH) {
        const hostile = Array.from({ length: BATCH }, () => mutations.next())
        const sibling = siblings.splice(0, 1)
        await Promise.all([...hostile, ...sibling].map((bytes) => attacker.send(bytes)))
        await delay(began + (sent / MESSAGES) * DURATION - performance.now())
      }
      isOver = true
      const most = await slowing
      await Promise.all(making)
      await fleet.settled()
      for (const report of await fleet.reports()) {
        expectOnlyDrops(report)
        expect(Object.keys(report.got)).to.have.members(fleet.alive.map((instance) => instance.name))
        const { unsealed, foreign, altered, replayed } = report.stats.dropped
        for (const count of [unsealed, foreign, altered, replayed]) expect(count).to.be.greaterThan(100)
      }
      expect(most).to.be.below(ORDINARY_LOSS)
      expectUnreadable(recorded, READABLE)
      await fleet.end()
    })

    it(`brings nothing back of those that are gone (seed ${seed})`, async () => {
      await begin({ heartbeat: 200 })
      const [one] = await fleet.start(1)
      const [killed, left] = (await fleet.start(2)) as [RemoteInstance, RemoteInstance]
      const making = killed.make(5000, { perSecond: 1000 }).catch(() => {})
      await left.make(100)
      await one.until(({ got }) => (got[killed.name]?.count ?? 0) > 500)
      await killed.kill()
      await making
      await left.end()
      await one.until(({ stats }) => stats.peers.length === 0)
      const { got } = await one.report()
      const frames = [...recorded]
      for (const frame of frames) await attacker.send(frame)
      await one.until(({ stats }) => stats.dropped.replayed >= frames.length)
      const report = await one.report()
      expectOnlyDrops(report)
      expect(report.got).to.deep.equal(got)
      expect(report.stats.peers).to.deep.equal([])
      // Who has just come may be shown what is not older than a minute, but nothing twice, and nothing of those that are there is missed.
      const known = new Set(frames.map(originOf))
      let replay = Promise.resolve()
      attacker.listen((bytes) => {
        if (known.has(originOf(bytes))) return
        known.add(originOf(bytes))
        for (const frame of frames) replay = replay.then(() => attacker.send(frame))
      })
      const [late] = await fleet.add(1)
      await late.ready()
      await one.make(500, { perSecond: 500 })
      await late.until((its) => its.got[one.name]?.next === 501)
      await replay
      const seen = await late.report()
      expect(seen.got[one.name]).to.deep.equal({ count: 500, next: 501, outOfTurn: [] })
      for (const { outOfTurn } of Object.values(seen.got)) expect(outOfTurn).to.deep.equal([])
      expect((await one.report()).got[killed.name]).to.deep.equal(got[killed.name])
    })

    it(`in the middle costs no more than a bad network does (seed ${seed})`, async () => {
      await begin({ heartbeat: 500 })
      const far = await anotherPlace(name)
      const [near, beyond] = [attacker, await Attacker.join(name, far.uri, fleet.key)]
      const middle = new Middle(random, mutations)
      near.listen((bytes) => middle.carry(bytes, (message) => void beyond.send(message)))
      beyond.listen((bytes) => middle.carry(bytes, (message) => void near.send(message)))
      try {
        const [one] = await fleet.add(1)
        const [two, three] = (await fleet.add(2, { uri: far.uri })) as [RemoteInstance, RemoteInstance]
        await Promise.all(fleet.alive.map((instance) => instance.ready()))
        await fleet.acquainted()
        await Promise.all([one, two, three].map((instance) => instance.make(600, { perSecond: 200 })))
        await two.make(1, { size: 700_000 })
        await fleet.settled()
        middle.relent()
        for (const bytes of middle.withheld) await Promise.all([near.send(bytes), beyond.send(bytes)])
        await fleet.end()
      } finally {
        await beyond.close()
        await fleet.kill()
        await far.stop()
      }
    })

    it(`makes no instance send, and takes none of its memory (seed ${seed})`, async () => {
      await begin({ heartbeat: 60_000 })
      const [one, two] = (await fleet.start(2)) as [RemoteInstance, RemoteInstance]
      await one.make(100)
      await two.make(100)
      await fleet.settled()
      let sent = 0
      const flood = async (count: number) => {
        for (const end = sent + count; sent < end; sent += BATCH) {
          const hostile = range(1, BATCH / 2).flatMap(() => [mutations.next(), mutations.next('stranger')])
          await Promise.all(hostile.map((bytes) => attacker.send(bytes)))
        }
        for (const instance of [one, two]) await instance.until((its) => dropsOf(its) >= 0.9 * sent)
      }
      const measure = (instance: RemoteInstance) => Promise.all([instance.report(), instance.measure()])
      await flood(2000)
      const before = [await measure(one), await measure(two)]
      await flood(10_000)
      const after = [await measure(one), await measure(two)]
      for (const [index, [{ stats }, { heap }]] of after.entries()) {
        const [report, measures] = before[index] as [Report, Measures]
        expect(stats.frames.sent).to.equal(report.stats.frames.sent)
        expect(stats.peers).to.have.length(1)
        expect(heap - measures.heap).to.be.below(GROWTH)
      }
      await fleet.end()
    })
  })
}
