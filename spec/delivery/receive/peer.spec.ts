import { expect } from 'chai'
import { Peer } from '../../../lib/delivery/receive/peer.js'
import { MAX_JUMP } from '../../../lib/delivery/receive/plausibility.js'
import { WindowBudget } from '../../../lib/delivery/receive/reorder-buffer.js'
import type { Range } from '../../../lib/delivery/wire/range.js'
import { SimClock } from '../../simulation/sim-clock.js'
import { eventsFrame, ORIGIN } from '../wire/golden.js'

const MIB = 1024 * 1024
const named = ({ from, to }: Range) => `${from}-${to}`

describe('Peer', () => {
  let clock: SimClock
  /** Numbers of events, and gaps as `gap 1-2`, as they came out. */
  let out: string[]
  /** Questions, and when they were asked. */
  let asked: string[]
  let askedAt: number[]
  let duplicates: number
  let renumbered: number
  let left: number
  let canAsk: boolean
  let budget: WindowBudget
  let peer: Peer

  function open({ beats = true, group = 2, patience = 0 } = {}): void {
    clock = new SimClock(1)
    out = []
    asked = []
    askedAt = []
    duplicates = renumbered = left = 0
    canAsk = true
    budget = new WindowBudget()
    peer = new Peer(
      {
        clock,
        budget,
        beats,
        patience,
        group: () => group,
        canAsk: () => canAsk,
        ask: (target, ranges) => {
          expect(target).to.equal(ORIGIN)
          asked.push(ranges.map(named).join(' '))
          askedAt.push(clock.now())
        },
        deliver: ({ first, count }) => out.push(count === 1 ? `${first}` : `${first}-${first + count - 1}`),
        duplicate: (events) => {
          duplicates += events
        },
        gap: (_, range) => out.push(`gap ${named(range)}`),
        renumbered: () => {
          renumbered += 1
        },
        left: () => {
          left += 1
        }
      },
      ORIGIN,
      1
    )
  }

  function take(first: number, last = first, { resent = false, length = 1 } = {}): void {
    const units = Array.from({ length: last - first + 1 }, (_, at) => ({
      first: first + at,
      count: 1,
      payload: Buffer.alloc(length)
    }))
    peer.takeEvents(eventsFrame(units, { age: clock.now(), resent }))
  }

  function beat(last: number, { oldest = 1, bye = false } = {}): void {
    peer.takeBeat({ kind: 'beat', origin: ORIGIN, age: clock.now(), oldest, last, join: false, bye })
  }

  const pass = (ms: number) => clock.run(clock.now() + ms)

  /** Passes until a question is asked. */
  async function untilAsked(): Promise<void> {
    const before = asked.length
    for (let ms = 0; asked.length === before && ms < 5000; ms += 1) await pass(1)
    expect(asked).to.have.length(before + 1)
  }

  beforeEach(() => open())

  describe('takeEvents', () => {
    it('delivers in order', () => {
      take(1, 2)
      take(3)
      expect(out).to.deep.equal(['1', '2', '3'])
    })

    it('drops what it has delivered, and what it holds', () => {
      take(1, 3)
      take(2, 4)
      take(6)
      take(6)
      expect(out).to.deep.equal(['1', '2', '3', '4'])
      expect(duplicates).to.equal(3)
    })

    it('counts each event of a bulk', () => {
      const units = [{ first: 1, count: 3, payload: Buffer.from('[1,2]') }]
      for (let time = 0; time < 2; time += 1) {
        peer.takeEvents(eventsFrame(units))
      }
      take(4)
      expect(out).to.deep.equal(['1-3', '4'])
      expect(duplicates).to.equal(3)
    })

    it('holds what came too early, until what is missing has come', async () => {
      take(1)
      take(4)
      take(3)
      await untilAsked()
      expect(asked).to.deep.equal(['2-2'])
      expect(out).to.deep.equal(['1'])
      take(2, 2, { resent: true })
      expect(out).to.deep.equal(['1', '2', '3', '4'])
      expect(budget.used).to.equal(0)
      await pass(60_000)
      expect(asked).to.have.length(1)
    })

    it('asks nothing where the order mends itself at once', async () => {
      take(2)
      take(1)
      await pass(60_000)
      expect(asked).to.deep.equal([])
      expect(out).to.deep.equal(['1', '2'])
    })
  })

  describe('asking', () => {
    it('waits a random time that grows with the fleet', async () => {
      const waits = []
      for (const group of [2, 1000]) {
        open({ group })
        const found: number[] = []
        for (let round = 0; round < 100; round += 1) {
          const next = peer.next
          const from = clock.now()
          take(next + 1)
          await untilAsked()
          found.push(clock.now() - from)
          take(next)
        }
        waits.push(found.reduce((sum, ms) => sum + ms, 0) / found.length)
        expect(Math.max(...found)).to.be.at.most(20 * (Math.log(group) + 1) + 2)
      }
      const [few = 0, many = 0] = waits
      expect(many).to.be.greaterThan(few * 3)
    })

    it('asks for the end that a beat tells of', async () => {
      take(1)
      beat(4)
      await untilAsked()
      expect(asked).to.deep.equal(['2-4'])
    })

    it('asks for up to 32 ranges at once', async () => {
      for (let first = 2; first <= 100; first += 2) take(first)
      await untilAsked()
      const ranges = asked[0]?.split(' ') ?? []
      expect(ranges).to.have.length(32)
      expect(ranges.slice(0, 3)).to.deep.equal(['1-1', '3-3', '5-5'])
    })

    it('asks again with doubling pauses, then every two seconds, while the origin is not heard', async () => {
      take(2)
      await pass(60_000)
      const pauses = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? 0))
      for (const [index, least] of [150, 300, 600, 1200, 2000, 2000].entries()) {
        expect(pauses[index]).to.be.within(least, least + 35)
      }
      expect(asked.length).to.be.greaterThan(25)
      expect(out).to.deep.equal([])
    })

    it('asks on at once where an answer brought some of it', async () => {
      take(9)
      await untilAsked()
      take(1, 2, { resent: true })
      await pass(40)
      expect(asked).to.deep.equal(['1-8', '3-8'])
    })

    it('gives up after eight questions that the origin heard and did not answer', async () => {
      take(3)
      for (let ms = 0; ms < 30_000 && out.length === 0; ms += 50) {
        beat(3)
        await pass(50)
      }
      expect(asked).to.have.length(8)
      expect(out).to.deep.equal(['gap 1-2', '3'])
    })

    it('waits with that until an origin that hears nothing has had time to mend itself', async () => {
      open({ patience: 30_000 })
      take(3)
      await untilAsked()
      for (let ms = 0; ms < 29_900; ms += 100) {
        beat(3)
        await pass(100)
      }
      expect(out).to.deep.equal([])
      take(1, 1, { resent: true })
      for (let ms = 0; ms < 29_900; ms += 100) {
        beat(3)
        await pass(100)
      }
      expect(out).to.deep.equal(['1'])
      for (let ms = 0; ms < 3000; ms += 100) {
        beat(3)
        await pass(100)
      }
      expect(out).to.deep.equal(['1', 'gap 2-2', '3'])
    })

    it('counts without beats of the origin where there are none', async () => {
      open({ beats: false })
      take(3)
      await pass(30_000)
      expect(asked).to.have.length(8)
      expect(out).to.deep.equal(['gap 1-2', '3'])
    })

    it('begins to count anew with each answer', async () => {
      take(9)
      for (let first = 1; first <= 8; first += 1) {
        const before = asked.length
        for (let ms = 0; ms < 10_000 && asked.length < before + 6; ms += 50) {
          beat(9)
          await pass(50)
        }
        take(first, first, { resent: true })
      }
      expect(out).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    })

    it('reports exactly what the origin, asked, says is gone', async () => {
      take(9)
      beat(9, { oldest: 6 })
      await untilAsked()
      expect(out).to.deep.equal([])
      beat(9, { oldest: 6 })
      await pass(250)
      expect(out).to.deep.equal(['gap 1-5'])
      take(6, 8, { resent: true })
      expect(out).to.deep.equal(['gap 1-5', '6', '7', '8', '9'])
    })

    it('reports what is gone around what it holds', async () => {
      take(3, 4)
      take(9)
      await untilAsked()
      beat(9, { oldest: 9 })
      await pass(250)
      expect(out).to.deep.equal(['gap 1-2', '3', '4', 'gap 5-8', '9'])
    })

    it('reports a gap at once where the origin can not hear us', async () => {
      canAsk = false
      take(3)
      await pass(50)
      expect(asked).to.deep.equal([])
      expect(out).to.deep.equal(['gap 1-2', '3'])
    })
  })

  describe('overhear', () => {
    it('lets the question of another do, once', async () => {
      open({ group: 1000 })
      take(3)
      peer.overhear([{ from: 1, to: 2 }])
      await pass(149)
      expect(asked).to.deep.equal([])
      take(1, 2, { resent: true })
      await pass(60_000)
      expect(asked).to.deep.equal([])
      expect(out).to.deep.equal(['1', '2', '3'])
    })

    it('asks itself after that, whatever the others ask', async () => {
      take(3)
      for (let ms = 0; ms < 400; ms += 1) {
        peer.overhear([{ from: 1, to: 2 }])
        await pass(1)
      }
      expect(asked).to.deep.equal(['1-2'])
      for (let ms = 0; ms < 1500; ms += 1) {
        peer.overhear([{ from: 1, to: 2 }])
        await pass(1)
      }
      expect(asked.length).to.be.at.least(2)
    })

    it('does not care for questions that leave out what is missing first', async () => {
      take(3)
      peer.overhear([{ from: 2, to: 2 }])
      await pass(50)
      expect(asked).to.deep.equal(['1-2'])
    })

    it('does nothing where nothing is missing', async () => {
      take(1)
      peer.overhear([{ from: 2, to: 2 }])
      await pass(60_000)
      expect(asked).to.deep.equal([])
    })
  })

  describe('a full window', () => {
    it('drops the newest, asks for it again, and makes no gap', async () => {
      for (let first = 2; first <= 22; first += 1) take(first, first, { length: MIB })
      expect(budget.used).to.be.at.most(16 * MIB)
      await untilAsked()
      expect(asked).to.deep.equal(['1-1 17-22'])
      take(1, 1, { resent: true })
      expect(out).to.deep.equal(Array.from({ length: 16 }, (_, at) => `${at + 1}`))
      await untilAsked()
      expect(asked[1]).to.equal('17-22')
      take(17, 22, { resent: true })
      expect(out).to.have.length(22)
      expect(peer.next).to.equal(23)
    })
  })

  describe('forged numbers', () => {
    it('forgets a last number that the origin, asked, does not confirm', async () => {
      take(1)
      beat(1000)
      await untilAsked()
      beat(1)
      await pass(250)
      const before = asked.length
      await pass(60_000)
      expect(asked).to.have.length(before)
      take(2)
      expect(out).to.deep.equal(['1', '2'])
    })

    it('does not believe what is said to be gone before it has asked', async () => {
      take(1)
      beat(4, { oldest: 4 })
      await untilAsked()
      take(2, 4, { resent: true })
      await pass(60_000)
      expect(out).to.deep.equal(['1', '2', '3', '4'])
    })

    it('believes what the origin says last of what is gone', async () => {
      take(9)
      await untilAsked()
      beat(9, { oldest: 9 })
      beat(9, { oldest: 1 })
      await pass(250)
      expect(out).to.deep.equal([])
      take(1, 8, { resent: true })
      expect(out).to.have.length(9)
    })

    it('delivers on where events far ahead were forged, without a gap', async () => {
      take(1)
      take(5000)
      for (let last = 2; last < 40; last += 1) {
        take(last)
        await pass(100)
      }
      beat(39)
      await pass(30_000)
      expect(out).to.deep.equal(Array.from({ length: 39 }, (_, at) => `${at + 1}`))
    })

    it('refuses a jump past a million, as event, beat and resent event', async () => {
      take(1)
      take(MAX_JUMP + 3)
      take(MAX_JUMP + 3, MAX_JUMP + 3, { resent: true })
      beat(MAX_JUMP + 3)
      beat(2 ** 48 - 1)
      await pass(1000)
      expect(asked).to.deep.equal([])
      take(2)
      expect(out).to.deep.equal(['1', '2'])
    })

    it('takes a jump that the origin insists on', async () => {
      take(1)
      const last = MAX_JUMP + 100
      for (let round = 0; round < 4; round += 1) {
        beat(last, { oldest: last })
        await pass(5000)
      }
      expect(asked[0]).to.equal(`2-${last}`)
      beat(last, { oldest: last })
      await pass(2500)
      expect(out).to.deep.equal(['1', `gap 2-${last - 1}`])
    })

    it('is deaf for 15 s at most after a forged event of the next number with many events in it', async () => {
      take(1, 5)
      const units = [{ first: 6, count: 5000, payload: Buffer.alloc(5000) }]
      peer.takeEvents(eventsFrame(units))
      for (let number = 6; number <= 26; number += 1) {
        await pass(1000)
        take(number)
      }
      expect(renumbered).to.equal(1)
      expect(out.slice(6)).to.deep.equal(['21', '22', '23', '24', '25', '26'])
    })

    it('is not renumbered by what is sent again for others', async () => {
      take(1, 100)
      for (let round = 0; round < 10; round += 1) {
        take(5, 6, { resent: true })
        await pass(5000)
      }
      expect(renumbered).to.equal(0)
      expect(peer.next).to.equal(101)
    })

    it('asks nothing more about a forged resent frame than the origin confirms', async () => {
      take(1)
      take(500, 500, { resent: true })
      await untilAsked()
      beat(1)
      await pass(250)
      const before = asked.length
      await pass(60_000)
      expect(asked).to.have.length(before)
      take(2)
      expect(out).to.deep.equal(['1', '2'])
    })
  })

  describe('leaving', () => {
    it('waits half a second for what is late, then reports what is missing and delivers what is held', async () => {
      take(1)
      take(4)
      beat(6, { bye: true })
      await pass(400)
      take(2)
      expect(out).to.deep.equal(['1', '2'])
      await pass(101)
      expect(out).to.deep.equal(['1', '2', 'gap 3-3', '4', 'gap 5-6'])
      expect(left).to.equal(1)
      expect(asked).to.deep.equal([])
    })

    it('makes no gap where all has come', async () => {
      take(1, 3)
      beat(3, { bye: true })
      await pass(1000)
      expect(out).to.deep.equal(['1', '2', '3'])
      expect(left).to.equal(1)
    })
  })

  describe('fade', () => {
    it('gives up what a silent origin has not sent', async () => {
      take(1)
      take(3)
      peer.fade()
      await pass(500)
      expect(out).to.deep.equal(['1', 'gap 2-2', '3'])
      expect(left).to.equal(1)
    })

    it('is taken back when it is heard after all', async () => {
      take(1)
      peer.fade()
      await pass(100)
      beat(1)
      await pass(1000)
      expect(left).to.equal(0)
    })

    it('does not begin its wait anew', async () => {
      peer.fade()
      await pass(400)
      peer.fade()
      await pass(101)
      expect(left).to.equal(1)
    })
  })

  describe('stop', () => {
    it('ends all that waits, and gives back what it held', async () => {
      take(3)
      peer.stop()
      await pass(60_000)
      expect(asked).to.deep.equal([])
      expect(out).to.deep.equal([])
      expect(budget.used).to.equal(0)
    })
  })

  describe('stats', () => {
    it('says the last number, when it was heard and how much later than its fastest a frame came', async () => {
      const beatOfAge = (age: number) =>
        peer.takeBeat({ kind: 'beat', origin: ORIGIN, age, oldest: 1, last: 0, join: false, bye: false })
      await pass(1000)
      beatOfAge(990)
      await pass(1000)
      beatOfAge(1960)
      take(1)
      await pass(70)
      expect(peer.stats).to.include({ origin: ORIGIN, last: 1, heard: 70 })
      beatOfAge(2030)
      expect(peer.stats).to.include({ delay: 40, heard: 0 })
    })
  })
})
