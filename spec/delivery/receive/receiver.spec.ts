import { expect } from 'chai'
import { Receiver } from '../../../lib/delivery/receive/receiver.js'
import type { FragmentFrame } from '../../../lib/delivery/wire/frame.js'
import { Stage, type StageOptions } from '../stage.js'
import { ORIGIN, OTHER } from '../wire/golden.js'
import { events, heartbeat, ME } from './frames.js'

/** One of two fragments. */
function fragment(first: number, index: number): FragmentFrame {
  return { kind: 'fragment', origin: ORIGIN, first, index, total: 2, chunk: Buffer.from('x') }
}

describe('Receiver', () => {
  let stage: Stage
  let nacks: string[]
  let receiver: Receiver

  function open(options?: StageOptions): void {
    stage = new Stage(options)
    nacks = []
    receiver = new Receiver(stage, {
      origin: ME,
      canNack: () => true,
      trustsBaselines: () => true,

      wasLate: () => {},
      liveAt: () => Number.POSITIVE_INFINITY,
      requestBaselines: () => 150,
      nack: (target, ranges) => nacks.push(`${target} ${ranges.map(({ from, to }) => `${from}-${to}`)}`)
    })
  }

  /** This many heartbeat rounds in which others were heard. */
  async function rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      receiver.tick(8)
      await stage.pass(5000)
    }
  }

  beforeEach(() => open())

  describe('takeEvents', () => {
    it('counts delivered, duplicate and missed events', async () => {
      receiver.takeEvents(events(1, 3))
      receiver.takeEvents(events(2, 3))
      receiver.takeEvents(events(6))
      receiver.takeHeartbeat(heartbeat(6, { leave: true }))
      await stage.pass(500)
      expect(stage.delivered).to.deep.equal(['1', '2', '3', '6'])
      expect(stage.gaps).to.deep.equal([{ origin: ORIGIN, from: 4, to: 5, missed: 2 }])
      expect(stage.counts).to.include({ received: 4, duplicate: 2, missed: 2 })
    })

    it('keeps two origins apart', () => {
      receiver.takeEvents(events(1))
      receiver.takeHeartbeat(heartbeat(69, { origin: OTHER, baselines: [{ origin: ME, next: 70 }] }))
      receiver.takeEvents(events(70, 70, { origin: OTHER }))
      receiver.takeEvents(events(2))
      receiver.takeEvents(events(71, 71, { origin: OTHER }))
      expect(stage.delivered).to.deep.equal(['1', '70', '2', '71'])
      expect(receiver.peers.map(({ stats }) => [stats.origin, stats.last])).to.deep.equal([
        [ORIGIN, 2],
        [OTHER, 71]
      ])
    })

    it('is ignored by an instance that only sends: it knows its peers, and sends no NACKs', async () => {
      open({ receives: false })
      receiver.takeEvents(events(1))
      receiver.takeHeartbeat(heartbeat(9))
      receiver.takeHeartbeat(heartbeat(12))
      expect(receiver.takeFragment(fragment(1, 0))).to.equal(undefined)
      await rounds(4)
      expect(stage.delivered).to.deep.equal([])
      expect(nacks).to.deep.equal([])
      expect(stage.gaps).to.deep.equal([])
      expect(receiver.size).to.equal(1)
    })
  })

  describe('tick', () => {
    it('retires a peer that was silent for that many rounds', async () => {
      receiver.takeEvents(events(1))
      await rounds(7)
      expect(receiver.size).to.equal(1)
      await rounds(1)
      expect(receiver.size).to.equal(0)
    })

    it('starts over with each frame, fragments too', async () => {
      receiver.takeEvents(events(1))
      await rounds(7)
      receiver.takeHeartbeat(heartbeat(1))
      await rounds(7)
      receiver.takeFragment(fragment(2, 0))
      await rounds(7)
      expect(receiver.size).to.equal(1)
    })

    it('retires a peer that was silent for longer, when the fleet gets smaller', async () => {
      receiver.takeEvents(events(1))
      for (let round = 0; round < 10; round += 1) receiver.tick(16)
      await rounds(1)
      expect(receiver.size).to.equal(0)
    })

    it('gives up the missing events of a dead origin, then delivers the held ones', async () => {
      receiver.takeEvents(events(1))
      receiver.takeEvents(events(4, 5))
      await rounds(9)
      expect(stage.gaps).to.deep.equal([{ origin: ORIGIN, from: 2, to: 3, missed: 2 }])
      expect(stage.delivered).to.deep.equal(['1', '4', '5'])
      expect(receiver.size).to.equal(0)
    })
  })

  describe('after an origin has left', () => {
    it('drops duplicates, and goes on where it was', async () => {
      receiver.takeEvents(events(1, 3))
      await rounds(9)
      expect(receiver.size).to.equal(0)
      receiver.takeEvents(events(2, 3))
      receiver.takeEvents(events(5))
      await stage.pass(50)
      expect(stage.delivered).to.deep.equal(['1', '2', '3'])
      expect(stage.counts.duplicate).to.equal(2)
      expect(nacks).to.deep.equal([`${ORIGIN} 4-4`])
    })

    it('accepts its retransmissions', async () => {
      receiver.takeEvents(events(1, 3))
      await rounds(9)
      receiver.takeEvents(events(4, 5, { retransmission: true }))
      expect(stage.delivered).to.deep.equal(['1', '2', '3', '4', '5'])
    })

    it('drops its fragments', async () => {
      receiver.takeEvents(events(1))
      receiver.takeFragment(fragment(2, 0))
      receiver.takeHeartbeat(heartbeat(1, { leave: true }))
      await stage.pass(500)
      expect(receiver.size).to.equal(0)
      expect(receiver.takeFragment(fragment(2, 1))).to.equal(undefined)
    })
  })

  describe('follow', () => {
    /** Stops the receiver, and has a new one follow it. */
    function restart(resumes: boolean): void {
      const former = receiver
      former.stop()
      open()
      receiver.follow(former, resumes)
    }

    for (const resumes of [true, false]) {
      it(`delivers nothing again ${resumes ? 'where it resumes' : 'where it begins anew'}`, () => {
        receiver.takeEvents(events(1, 3))
        restart(resumes)
        receiver.takeEvents(events(1, 4))
        expect(stage.delivered).to.deep.equal(['4'])
      })
    }

    it('begins where the origin tells, unless that was delivered', () => {
      for (const [told, delivered] of [
        [2, ['6']],
        [5, ['6']],
        [6, ['6']]
      ] as const) {
        open()
        receiver.takeEvents(events(1, 5))
        restart(false)
        receiver.takeHeartbeat(heartbeat(5, { baselines: [{ origin: ME, next: told }] }))
        receiver.takeEvents(events(told, 6, { retransmission: true }))
        expect(stage.delivered, `told ${told}`).to.deep.equal(delivered)
      }
    })

    it('does not request what was made while nothing was received', async () => {
      receiver.takeEvents(events(1, 3))
      restart(false)
      receiver.takeHeartbeat(heartbeat(7, { baselines: [{ origin: ME, next: 8 }] }))
      receiver.takeEvents(events(8))
      await stage.pass(500)
      expect(stage.delivered).to.deep.equal(['8'])
      expect(nacks).to.deep.equal([])
    })

    it('knows it from a receiver before the last one, too', () => {
      receiver.takeEvents(events(1, 3))
      restart(false)
      restart(false)
      receiver.takeEvents(events(1, 4))
      expect(stage.delivered).to.deep.equal(['4'])
    })
  })

  describe('bounds', () => {
    const name = (index: number) => index.toString(16).padStart(32, '0')

    it('are 10,000 peers, of which the most silent is retired and remembered', () => {
      receiver.takeEvents(events(1, 3, { origin: OTHER }))
      receiver.tick(8)
      for (let other = 0; other < 10_005; other += 1)
        receiver.takeHeartbeat(heartbeat(0, { origin: name(other) }))
      expect(receiver.size).to.equal(10_000)
      receiver.takeEvents(events(2, 4, { origin: OTHER }))
      expect(stage.delivered).to.deep.equal(['1', '2', '3', '4'])
    })

    it('are the latest 20,000 peers that left', async () => {
      for (let other = 0; other < 20_001; other += 1) {
        receiver.takeEvents(events(1, 1, { origin: name(other) }))
        receiver.takeHeartbeat(heartbeat(1, { origin: name(other), leave: true }))
        if (other % 5000 === 0) await stage.pass(500)
      }
      await stage.pass(500)
      stage.delivered = []
      receiver.takeEvents(events(1, 1, { origin: name(20_000) }))
      receiver.takeEvents(events(1, 1, { origin: name(1) }))
      expect(stage.delivered).to.deep.equal([])
      receiver.takeEvents(events(1, 1, { origin: name(0) }))
      expect(stage.delivered).to.deep.equal(['1'])
    })
  })

  describe('stop', () => {
    it('cancels all timers', async () => {
      receiver.takeEvents(events(1))
      receiver.takeEvents(events(3))
      receiver.stop()
      await stage.pass(60_000)
      expect(nacks).to.deep.equal([])
      expect(stage.gaps).to.deep.equal([])
    })
  })
})
