import { expect } from 'chai'
import { Counts } from '../../../lib/delivery/counts.js'
import { Inbox, type SyncGap } from '../../../lib/delivery/receive/receiver.js'
import type { BeatFrame, EventsFrame } from '../../../lib/delivery/wire/frame.js'
import type { SyncError } from '../../../lib/errors.js'
import { SimClock } from '../../simulation/sim-clock.js'
import { eventsFrame, ORIGIN, OTHER } from '../wire/golden.js'

const OLD = 1e6

function events(first: number, last = first, more: Partial<EventsFrame> = {}): EventsFrame {
  const units = Array.from({ length: last - first + 1 }, (_, at) => ({
    first: first + at,
    count: 1,
    payload: Buffer.from(String(first + at))
  }))
  return eventsFrame(units, { age: OLD, ...more })
}

function beat(last: number, more: Partial<BeatFrame> = {}): BeatFrame {
  return { kind: 'beat', origin: ORIGIN, age: OLD, oldest: 1, last, join: false, bye: false, ...more }
}

describe('Inbox', () => {
  let clock: SimClock
  let counts: Counts
  let delivered: string[]
  let asked: string[]
  let gaps: SyncGap[]
  let errors: SyncError[]
  let inbox: Inbox

  function open(receives = true): void {
    clock = new SimClock(1)
    counts = new Counts()
    delivered = []
    asked = []
    gaps = []
    errors = []
    inbox = new Inbox({
      clock,
      counts,
      heartbeat: 5000,
      receives,
      deliver: (payload) => delivered.push(payload.toString()),
      gap: (gap) => gaps.push(gap),
      error: (error) => errors.push(error),
      canAsk: () => true,
      ask: (target, ranges) => asked.push(`${target} ${ranges.map(({ from, to }) => `${from}-${to}`)}`)
    })
  }

  const pass = (ms: number) => clock.run(clock.now() + ms)

  /** As many rounds of the heartbeat in which others were heard. */
  async function rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      inbox.tick(8)
      await pass(5000)
    }
  }

  beforeEach(() => open())

  describe('first sight', () => {
    it('begins with the first number of an older origin', async () => {
      inbox.takeEvents(events(5, 6))
      await pass(1000)
      expect(delivered).to.deep.equal(['5', '6'])
      expect(asked).to.deep.equal([])
    })

    it('begins after the last number that a beat of an older origin says', async () => {
      inbox.takeBeat(beat(5))
      inbox.takeEvents(events(6))
      await pass(1000)
      expect(delivered).to.deep.equal(['6'])
      expect(asked).to.deep.equal([])
    })

    it('begins with 1 where the origin is younger than this instance', async () => {
      await pass(5000)
      inbox.takeEvents(events(3, 3, { age: 4999 }))
      await pass(50)
      expect(delivered).to.deep.equal([])
      expect(asked).to.deep.equal([`${ORIGIN} 1-2`])
      inbox.takeEvents(events(1, 2, { age: 5049, resent: true }))
      expect(delivered).to.deep.equal(['1', '2', '3'])
    })

    it('asks for what a younger origin has made when its first frame is a beat', async () => {
      await pass(5000)
      inbox.takeBeat(beat(2, { age: 100 }))
      await pass(50)
      expect(asked).to.deep.equal([`${ORIGIN} 1-2`])
    })

    it('does not begin with what is sent again', async () => {
      inbox.takeEvents(events(2, 4, { resent: true }))
      expect(inbox.size).to.equal(0)
      inbox.takeEvents(events(9))
      await pass(1000)
      expect(delivered).to.deep.equal(['9'])
      expect(asked).to.deep.equal([])
    })

    it('begins with what a younger origin sends again', () => {
      clock.after(1, () => {})
      inbox.takeEvents(events(1, 2, { age: 0, resent: true }))
      expect(delivered).to.deep.equal(['1', '2'])
    })
  })

  describe('takeEvents', () => {
    it('counts what is delivered, what comes twice and what is gone', async () => {
      inbox.takeEvents(events(1, 3))
      inbox.takeEvents(events(2, 3))
      inbox.takeEvents(events(6))
      inbox.takeBeat(beat(6, { bye: true }))
      await pass(500)
      expect(delivered).to.deep.equal(['1', '2', '3', '6'])
      expect(gaps).to.deep.equal([{ origin: ORIGIN, from: 4, to: 5, missed: 2 }])
      expect(counts).to.include({ received: 4, duplicate: 2, missed: 2 })
    })

    it('keeps two origins apart', () => {
      inbox.takeEvents(events(1))
      inbox.takeEvents(events(70, 70, { origin: OTHER }))
      inbox.takeEvents(events(2))
      inbox.takeEvents(events(71, 71, { origin: OTHER }))
      expect(delivered).to.deep.equal(['1', '70', '2', '71'])
      expect(inbox.peers.map(({ stats }) => [stats.origin, stats.last])).to.deep.equal([
        [ORIGIN, 2],
        [OTHER, 71]
      ])
    })

    it('is of no interest to an instance that only sends: it knows who is there, and asks nobody', async () => {
      open(false)
      inbox.takeEvents(events(1))
      inbox.takeBeat(beat(9))
      inbox.takeBeat(beat(12))
      expect(
        inbox.takePart({
          kind: 'part',
          origin: ORIGIN,
          first: 1,
          index: 0,
          total: 2,
          chunk: Buffer.from('x')
        })
      ).to.equal(undefined)
      await rounds(4)
      expect(delivered).to.deep.equal([])
      expect(asked).to.deep.equal([])
      expect(gaps).to.deep.equal([])
      expect(inbox.size).to.equal(1)
    })
  })

  describe('tick', () => {
    it('counts who was silent for so many rounds as gone', async () => {
      inbox.takeEvents(events(1))
      await rounds(7)
      expect(inbox.size).to.equal(1)
      await rounds(1)
      expect(inbox.size).to.equal(0)
    })

    it('begins anew with each frame, parts too', async () => {
      inbox.takeEvents(events(1))
      await rounds(7)
      inbox.takeBeat(beat(1))
      await rounds(7)
      inbox.takePart({ kind: 'part', origin: ORIGIN, first: 2, index: 0, total: 2, chunk: Buffer.from('x') })
      await rounds(7)
      expect(inbox.size).to.equal(1)
    })

    it('counts as gone too who has been silent for longer, when the fleet gets smaller', async () => {
      inbox.takeEvents(events(1))
      for (let round = 0; round < 10; round += 1) inbox.tick(16)
      await rounds(1)
      expect(inbox.size).to.equal(0)
    })

    it('gives up what a dead origin had sent, then delivers what was held', async () => {
      inbox.takeEvents(events(1))
      inbox.takeEvents(events(4, 5))
      await rounds(9)
      expect(gaps).to.deep.equal([{ origin: ORIGIN, from: 2, to: 3, missed: 2 }])
      expect(delivered).to.deep.equal(['1', '4', '5'])
      expect(inbox.size).to.equal(0)
    })
  })

  describe('after an origin has left', () => {
    it('drops what it had sent before, and goes on where it was', async () => {
      inbox.takeEvents(events(1, 3))
      await rounds(9)
      expect(inbox.size).to.equal(0)
      inbox.takeEvents(events(2, 3))
      inbox.takeEvents(events(5))
      await pass(50)
      expect(delivered).to.deep.equal(['1', '2', '3'])
      expect(counts.duplicate).to.equal(2)
      expect(asked).to.deep.equal([`${ORIGIN} 4-4`])
    })

    it('takes even what it sends again', async () => {
      inbox.takeEvents(events(1, 3))
      await rounds(9)
      inbox.takeEvents(events(4, 5, { resent: true }))
      expect(delivered).to.deep.equal(['1', '2', '3', '4', '5'])
    })

    it('does not join the parts that came before', async () => {
      inbox.takeEvents(events(1))
      const part = { kind: 'part', origin: ORIGIN, first: 2, total: 2, chunk: Buffer.from('x') } as const
      inbox.takePart({ ...part, index: 0 })
      inbox.takeBeat(beat(1, { bye: true }))
      await pass(500)
      expect(inbox.size).to.equal(0)
      expect(inbox.takePart({ ...part, index: 1 })).to.equal(undefined)
    })
  })

  describe('its bounds', () => {
    const name = (number: number) => number.toString(16).padStart(32, '0')

    it('knows 10,000 others at most, the most silent goes and is remembered', () => {
      inbox.takeEvents(events(1, 3, { origin: OTHER }))
      inbox.tick(8)
      for (let other = 0; other < 10_005; other += 1) inbox.takeBeat(beat(0, { origin: name(other) }))
      expect(inbox.size).to.equal(10_000)
      inbox.takeEvents(events(2, 4, { origin: OTHER }))
      expect(delivered).to.deep.equal(['1', '2', '3', '4'])
    })

    it('remembers 20,000 that have left, the latest', async () => {
      for (let other = 0; other < 20_001; other += 1) {
        inbox.takeEvents(events(1, 1, { origin: name(other) }))
        inbox.takeBeat(beat(1, { origin: name(other), bye: true }))
        if (other % 5000 === 0) await pass(500)
      }
      await pass(500)
      delivered = []
      inbox.takeEvents(events(1, 1, { origin: name(20_000) }))
      inbox.takeEvents(events(1, 1, { origin: name(1) }))
      expect(delivered).to.deep.equal([])
      inbox.takeEvents(events(1, 1, { origin: name(0) }))
      expect(delivered).to.deep.equal(['1'])
    })
  })

  describe('stop', () => {
    it('ends all that waits', async () => {
      inbox.takeEvents(events(1))
      inbox.takeEvents(events(3))
      inbox.stop()
      await pass(60_000)
      expect(asked).to.deep.equal([])
      expect(gaps).to.deep.equal([])
    })
  })
})
