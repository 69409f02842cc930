import { expect } from 'chai'
import { eventsFrame } from '../wire/golden.js'
import { MIB, PeerStage, payloadOf } from './peer-stage.js'

describe('InOrder', () => {
  let stage: PeerStage

  beforeEach(() => {
    stage = new PeerStage()
  })

  describe('take', () => {
    it('delivers in order', () => {
      stage.take(1, 2)
      stage.take(3)
      expect(stage.out).to.deep.equal(['1', '2', '3'])
    })

    it('drops duplicates of delivered and of held events', () => {
      stage.take(1, 3)
      stage.take(2, 4)
      stage.take(6)
      stage.take(6)
      expect(stage.out).to.deep.equal(['1', '2', '3', '4'])
      expect(stage.counts.duplicate).to.equal(3)
    })

    it('counts each event of a bulk', () => {
      const units = [{ first: 1, count: 3, payload: payloadOf(1, 5) }]
      for (let time = 0; time < 2; time += 1) {
        stage.peer.takeEvents(eventsFrame(units))
      }
      stage.take(4)
      expect(stage.out).to.deep.equal(['1-3', '4'])
      expect(stage.counts.duplicate).to.equal(3)
    })

    it('holds events that were received too early, until the missing ones are received', async () => {
      stage.take(1)
      stage.take(4)
      stage.take(3)
      await stage.untilNack()
      expect(stage.nacks).to.deep.equal(['2-2'])
      expect(stage.out).to.deep.equal(['1'])
      stage.take(2, 2, { retransmission: true })
      expect(stage.out).to.deep.equal(['1', '2', '3', '4'])
      expect(stage.budget.used).to.equal(0)
      await stage.pass(60_000)
      expect(stage.nacks).to.have.length(1)
    })

    it('sends no NACK if the missing event is received at once', async () => {
      stage.take(2)
      stage.take(1)
      await stage.pass(60_000)
      expect(stage.nacks).to.deep.equal([])
      expect(stage.out).to.deep.equal(['1', '2'])
    })
  })

  describe('events without a payload', () => {
    const lost = (first: number) => ({ first, count: 1, payload: Buffer.alloc(0) })
    const event = (first: number) => ({ first, count: 1, payload: payloadOf(first) })

    it('are gaps of exactly those: adjacent ones of a frame are one', () => {
      const units = [event(1), lost(2), lost(3), event(4), lost(5)]
      stage.peer.takeEvents(eventsFrame(units))
      stage.peer.takeEvents(eventsFrame([lost(6)]))
      expect(stage.out).to.deep.equal(['1', 'gap 2-3', '4', 'gap 5-5', 'gap 6-6'])
      expect(stage.counts).to.include({ received: 2, missed: 4 })
    })

    it('are reported in their turn, and once', async () => {
      for (let time = 0; time < 2; time += 1) stage.peer.takeEvents(eventsFrame([lost(2), lost(3)]))
      stage.take(4)
      expect(stage.out).to.deep.equal([])
      stage.take(1)
      expect(stage.out).to.deep.equal(['1', 'gap 2-3', '4'])
      expect(stage.counts).to.include({ duplicate: 2, missed: 2 })
      await stage.pass(60_000)
      expect(stage.nacks).to.deep.equal([])
    })

    it('that are held follow a gap', async () => {
      stage.peer.takeEvents(eventsFrame([lost(3), lost(4)]))
      stage.takeHeartbeat(4, { leave: true })
      await stage.pass(500)
      expect(stage.out).to.deep.equal(['gap 1-2', 'gap 3-4'])
    })
  })

  describe('a full reorder buffer', () => {
    it('drops the newest event, requests it again, and makes no gap', async () => {
      for (let first = 2; first <= 22; first += 1) stage.take(first, first, { length: MIB })
      expect(stage.budget.used).to.be.at.most(16 * MIB)
      await stage.untilNack()
      expect(stage.nacks).to.deep.equal(['1-1 17-22'])
      stage.take(1, 1, { retransmission: true })
      expect(stage.out).to.deep.equal(Array.from({ length: 16 }, (_, at) => `${at + 1}`))
      await stage.untilNack()
      expect(stage.nacks[1]).to.equal('17-22')
      stage.take(17, 22, { retransmission: true })
      expect(stage.out).to.have.length(22)
      expect(stage.peer.next).to.equal(23)
    })
  })
})
