import { expect } from 'chai'
import { MAX_JUMP } from '../../../lib/delivery/receive/plausibility.js'
import { eventsFrame, ORIGIN } from '../wire/golden.js'
import { PeerStage } from './peer-stage.js'

describe('Peer', () => {
  let stage: PeerStage

  beforeEach(() => {
    stage = new PeerStage()
  })

  describe('forged sequence numbers', () => {
    it('are forgotten if the origin does not confirm them after a NACK', async () => {
      stage.take(1)
      stage.takeHeartbeat(1000)
      await stage.untilNack()
      stage.takeHeartbeat(1)
      await stage.pass(250)
      const before = stage.nacks.length
      await stage.pass(60_000)
      expect(stage.nacks).to.have.length(before)
      stage.take(2)
      expect(stage.out).to.deep.equal(['1', '2'])
    })

    it('make no gap before a NACK was sent', async () => {
      stage.take(1)
      stage.takeHeartbeat(4, { oldest: 4 })
      await stage.untilNack()
      stage.take(2, 4, { retransmission: true })
      await stage.pass(60_000)
      expect(stage.out).to.deep.equal(['1', '2', '3', '4'])
    })

    it('are overridden by the latest heartbeat of the origin', async () => {
      stage.take(9)
      await stage.untilNack()
      stage.takeHeartbeat(9, { oldest: 9 })
      stage.takeHeartbeat(9, { oldest: 1 })
      await stage.pass(250)
      expect(stage.out).to.deep.equal([])
      stage.take(1, 8, { retransmission: true })
      expect(stage.out).to.have.length(9)
    })

    it('far ahead make no gap', async () => {
      stage.take(1)
      stage.take(5000)
      for (let last = 2; last < 40; last += 1) {
        stage.take(last)
        await stage.pass(100)
      }
      stage.takeHeartbeat(39)
      await stage.pass(30_000)
      expect(stage.out).to.deep.equal(Array.from({ length: 39 }, (_, at) => `${at + 1}`))
    })

    it('more than a million ahead are refused, in events, heartbeats and retransmissions', async () => {
      stage.take(1)
      stage.take(MAX_JUMP + 3)
      stage.take(MAX_JUMP + 3, MAX_JUMP + 3, { retransmission: true })
      stage.takeHeartbeat(MAX_JUMP + 3)
      stage.takeHeartbeat(2 ** 48 - 1)
      await stage.pass(1000)
      expect(stage.nacks).to.deep.equal([])
      stage.take(2)
      expect(stage.out).to.deep.equal(['1', '2'])
    })

    it('are accepted, if the origin insists on them', async () => {
      stage.take(1)
      const last = MAX_JUMP + 100
      for (let round = 0; round < 4; round += 1) {
        stage.takeHeartbeat(last, { oldest: last })
        await stage.pass(5000)
      }
      expect(stage.nacks[0]).to.equal(`2-${last}`)
      stage.takeHeartbeat(last, { oldest: last })
      await stage.pass(2500)
      expect(stage.out).to.deep.equal(['1', `gap 2-${last - 1}`])
    })

    it('of a bulk with many events delay the next events by at most 15 s', async () => {
      stage.take(1, 5)
      const units = [{ first: 6, count: 5000, payload: Buffer.alloc(5000) }]
      stage.peer.takeEvents(eventsFrame(units))
      for (let next = 6; next <= 26; next += 1) {
        await stage.pass(1000)
        stage.take(next)
      }
      expect(stage.errors.length).to.equal(1)
      expect(stage.out.slice(6)).to.deep.equal(['21', '22', '23', '24', '25', '26'])
    })

    it('are not assumed in retransmissions for others', async () => {
      stage.take(1, 100)
      for (let round = 0; round < 10; round += 1) {
        stage.take(5, 6, { retransmission: true })
        await stage.pass(5000)
      }
      expect(stage.errors.length).to.equal(0)
      expect(stage.peer.next).to.equal(101)
    })

    it('in a retransmission are forgotten if the origin does not confirm them', async () => {
      stage.take(1)
      stage.take(500, 500, { retransmission: true })
      await stage.untilNack()
      stage.takeHeartbeat(1)
      await stage.pass(250)
      const before = stage.nacks.length
      await stage.pass(60_000)
      expect(stage.nacks).to.have.length(before)
      stage.take(2)
      expect(stage.out).to.deep.equal(['1', '2'])
    })
  })

  describe('leaving', () => {
    it('waits half a second for late frames, then reports missing events and delivers held ones', async () => {
      stage.take(1)
      stage.take(4)
      stage.takeHeartbeat(6, { leave: true })
      await stage.pass(400)
      stage.take(2)
      expect(stage.out).to.deep.equal(['1', '2'])
      await stage.pass(101)
      expect(stage.out).to.deep.equal(['1', '2', 'gap 3-3', '4', 'gap 5-6'])
      expect(stage.left).to.equal(1)
      expect(stage.nacks).to.deep.equal([])
    })

    it('makes no gap if nothing is missing', async () => {
      stage.take(1, 3)
      stage.takeHeartbeat(3, { leave: true })
      await stage.pass(1000)
      expect(stage.out).to.deep.equal(['1', '2', '3'])
      expect(stage.left).to.equal(1)
    })
  })

  describe('fade', () => {
    it('gives up the missing events of a silent origin', async () => {
      stage.take(1)
      stage.take(3)
      stage.peer.fade()
      await stage.pass(500)
      expect(stage.out).to.deep.equal(['1', 'gap 2-2', '3'])
      expect(stage.left).to.equal(1)
    })

    it('is canceled when the origin is heard after all', async () => {
      stage.take(1)
      stage.peer.fade()
      await stage.pass(100)
      stage.takeHeartbeat(1)
      await stage.pass(1000)
      expect(stage.left).to.equal(0)
    })

    it('does not restart its wait', async () => {
      stage.peer.fade()
      await stage.pass(400)
      stage.peer.fade()
      await stage.pass(101)
      expect(stage.left).to.equal(1)
    })
  })

  describe('stop', () => {
    it('cancels its timers, and releases held events', async () => {
      stage.take(3)
      stage.peer.stop()
      await stage.pass(60_000)
      expect(stage.nacks).to.deep.equal([])
      expect(stage.out).to.deep.equal([])
      expect(stage.budget.used).to.equal(0)
    })
  })

  describe('stats', () => {
    it('tells the last sequence number, when it was heard, and the delay of its latest frame over its fastest', async () => {
      await stage.pass(1000)
      stage.takeHeartbeat(0, { age: 990 })
      await stage.pass(1000)
      stage.takeHeartbeat(0, { age: 1960 })
      stage.take(1)
      await stage.pass(70)
      expect(stage.peer.stats).to.include({ origin: ORIGIN, last: 1, heard: 70 })
      stage.takeHeartbeat(0, { age: 2030 })
      expect(stage.peer.stats).to.include({ delay: 40, heard: 0 })
    })

    it('counts the delay of each frame but of retransmissions, which are late on purpose', async () => {
      stage.takeHeartbeat(0, { age: 0 })
      await stage.pass(70)
      stage.takeHeartbeat(0, { age: 30 })
      expect(stage.counts.delays.stats).to.include({ sum: 40, count: 2 })
      stage.take(1)
      expect(stage.counts.delays.stats.count).to.equal(3)
      stage.take(2, 2, { retransmission: true })
      expect(stage.counts.delays.stats.count).to.equal(3)
    })

    it('does not take the drift of clocks, or one that stood still, for a delay for long', async () => {
      for (let minute = 0; minute < 60; minute += 1) {
        stage.takeHeartbeat(0, { age: stage.clock.now() * (1 - 1e-4) })
        await stage.pass(60_000)
      }
      expect(stage.peer.stats.delay).to.be.at.most(31)
      const slept = 600_000
      for (let minute = 0; minute < 6; minute += 1) {
        stage.takeHeartbeat(0, { age: stage.clock.now() - slept })
        await stage.pass(60_000)
      }
      expect(stage.peer.stats.delay).to.equal(0)
    })

    it('knows no last event before it is known where the sequence begins', () => {
      stage = new PeerStage({ next: 0 })
      stage.take(7)
      expect(stage.peer.stats.last).to.equal(0)
    })
  })
})
