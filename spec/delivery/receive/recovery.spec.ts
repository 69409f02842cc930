import { expect } from 'chai'
import { ORIGIN } from '../wire/golden.js'
import { PeerStage } from './peer-stage.js'

describe('Recovery', () => {
  let stage: PeerStage

  beforeEach(() => {
    stage = new PeerStage()
  })

  describe('NACKs', () => {
    it('wait a random time that grows with the fleet', async () => {
      const waits = []
      for (const group of [2, 1000]) {
        stage = new PeerStage({ group })
        const found: number[] = []
        for (let round = 0; round < 100; round += 1) {
          const next = stage.peer.next
          const from = stage.clock.now()
          stage.take(next + 1)
          await stage.untilNack()
          found.push(stage.clock.now() - from)
          stage.take(next)
        }
        waits.push(found.reduce((sum, ms) => sum + ms, 0) / found.length)
        expect(Math.max(...found)).to.be.at.most(20 * (Math.log(group) + 1) + 2)
      }
      const [few = 0, many = 0] = waits
      expect(many).to.be.greaterThan(few * 3)
    })

    it('request the end of the sequence that a heartbeat announces', async () => {
      stage.take(1)
      stage.takeHeartbeat(4)
      await stage.untilNack()
      expect(stage.nacks).to.deep.equal(['2-4'])
    })

    it('request up to 32 ranges at once', async () => {
      for (let first = 2; first <= 100; first += 2) stage.take(first)
      await stage.untilNack()
      const ranges = stage.nacks[0]?.split(' ') ?? []
      expect(ranges).to.have.length(32)
      expect(ranges.slice(0, 3)).to.deep.equal(['1-1', '3-3', '5-5'])
    })

    it('are repeated with doubling pauses, then every two seconds, while the origin is not heard', async () => {
      stage.take(2)
      await stage.pass(60_000)
      const pauses = stage.nackedAt.slice(1).map((at, index) => at - (stage.nackedAt[index] ?? 0))
      for (const [index, least] of [150, 300, 600, 1200, 2000, 2000].entries()) {
        expect(pauses[index]).to.be.within(least, least + 35)
      }
      expect(stage.nacks.length).to.be.greaterThan(25)
      expect(stage.out).to.deep.equal([])
    })

    it('go on at once if the answer was incomplete', async () => {
      stage.take(9)
      await stage.untilNack()
      stage.take(1, 2, { retransmission: true })
      await stage.pass(40)
      expect(stage.nacks).to.deep.equal(['1-8', '3-8'])
    })

    it('end after eight without an answer from an origin that is heard', async () => {
      stage.take(3)
      for (let ms = 0; ms < 30_000 && stage.out.length === 0; ms += 50) {
        stage.takeHeartbeat(3)
        await stage.pass(50)
      }
      expect(stage.nacks).to.have.length(8)
      expect(stage.out).to.deep.equal(['gap 1-2', '3'])
    })

    it('go on until an origin that is deaf has had time to recover', async () => {
      stage = new PeerStage({ heartbeat: 5000 })
      stage.take(3)
      await stage.untilNack()
      for (let ms = 0; ms < 29_900; ms += 100) {
        stage.takeHeartbeat(3)
        await stage.pass(100)
      }
      expect(stage.out).to.deep.equal([])
      stage.take(1, 1, { retransmission: true })
      for (let ms = 0; ms < 29_900; ms += 100) {
        stage.takeHeartbeat(3)
        await stage.pass(100)
      }
      expect(stage.out).to.deep.equal(['1'])
      for (let ms = 0; ms < 3000; ms += 100) {
        stage.takeHeartbeat(3)
        await stage.pass(100)
      }
      expect(stage.out).to.deep.equal(['1', 'gap 2-2', '3'])
    })

    it('are counted as unanswered without a heartbeat of the origin if there are none', async () => {
      stage = new PeerStage({ heartbeat: 0 })
      stage.take(3)
      await stage.pass(30_000)
      expect(stage.nacks).to.have.length(8)
      expect(stage.out).to.deep.equal(['gap 1-2', '3'])
    })

    it('start over after each answer', async () => {
      stage.take(9)
      for (let first = 1; first <= 8; first += 1) {
        const before = stage.nacks.length
        for (let ms = 0; ms < 10_000 && stage.nacks.length < before + 6; ms += 50) {
          stage.takeHeartbeat(9)
          await stage.pass(50)
        }
        stage.take(first, first, { retransmission: true })
      }
      expect(stage.out).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
    })

    it('end with a gap of exactly the events that the origin no longer has', async () => {
      stage.take(9)
      stage.takeHeartbeat(9, { oldest: 6 })
      await stage.untilNack()
      expect(stage.out).to.deep.equal([])
      stage.takeHeartbeat(9, { oldest: 6 })
      await stage.pass(250)
      expect(stage.out).to.deep.equal(['gap 1-5'])
      stage.take(6, 8, { retransmission: true })
      expect(stage.out).to.deep.equal(['gap 1-5', '6', '7', '8', '9'])
    })

    it('end with gaps around the events that are held', async () => {
      stage.take(3, 4)
      stage.take(9)
      await stage.untilNack()
      stage.takeHeartbeat(9, { oldest: 9 })
      await stage.pass(250)
      expect(stage.out).to.deep.equal(['gap 1-2', '3', '4', 'gap 5-8', '9'])
    })

    it('are replaced by a gap after 2 s if the origin can not receive them', async () => {
      stage.canNack = false
      stage.take(3)
      await stage.pass(1900)
      expect(stage.out).to.deep.equal([])
      stage.take(1)
      await stage.pass(1900)
      expect(stage.out).to.deep.equal(['1'])
      for (let next = 4; next < 10; next += 1) {
        stage.take(next)
        await stage.pass(40)
      }
      expect(stage.nacks).to.deep.equal([])
      expect(stage.out.slice(0, 3)).to.deep.equal(['1', 'gap 2-2', '3'])
    })
  })

  describe('fragments', () => {
    const fragment = (first: number, index: number) =>
      stage.peer.takeFragment({
        kind: 'fragment',
        origin: ORIGIN,
        first,
        index,
        total: 100,
        chunk: Buffer.from('x')
      })

    it('of a missing event let no NACK for it, nor for later ones, be sent while they keep arriving', async () => {
      stage.takeHeartbeat(3)
      for (let index = 0; index < 20; index += 1) {
        fragment(1, index)
        stage.takeHeartbeat(3)
        await stage.pass(400)
      }
      expect(stage.nacks).to.deep.equal([])
      await stage.pass(700)
      expect(stage.nacks).to.deep.equal(['1-3'])
    })

    it('of a later event leave those before it to be requested', async () => {
      stage.takeHeartbeat(5)
      fragment(3, 0)
      await stage.untilNack()
      expect(stage.nacks).to.deep.equal(['1-2'])
    })

    it('are not awaited any more after the last one', async () => {
      stage.takeHeartbeat(1)
      fragment(1, 0)
      await stage.pass(100)
      fragment(1, 99)
      await stage.pass(50)
      expect(stage.nacks).to.deep.equal(['1-1'])
    })

    it('of events that were delivered change nothing', async () => {
      stage.take(1)
      stage.take(3)
      fragment(1, 0)
      await stage.pass(50)
      expect(stage.nacks).to.deep.equal(['2-2'])
    })
  })

  describe('overhear', () => {
    it('suppresses our own NACK once', async () => {
      stage = new PeerStage({ group: 1000 })
      stage.take(3)
      stage.peer.overhear([{ from: 1, to: 2 }])
      await stage.pass(149)
      expect(stage.nacks).to.deep.equal([])
      stage.take(1, 2, { retransmission: true })
      await stage.pass(60_000)
      expect(stage.nacks).to.deep.equal([])
      expect(stage.out).to.deep.equal(['1', '2', '3'])
    })

    it('does not suppress the one after that, whatever the others send', async () => {
      stage.take(3)
      for (let ms = 0; ms < 400; ms += 1) {
        stage.peer.overhear([{ from: 1, to: 2 }])
        await stage.pass(1)
      }
      expect(stage.nacks).to.deep.equal(['1-2'])
      for (let ms = 0; ms < 1500; ms += 1) {
        stage.peer.overhear([{ from: 1, to: 2 }])
        await stage.pass(1)
      }
      expect(stage.nacks.length).to.be.at.least(2)
    })

    it('ignores NACKs without the first missing event', async () => {
      stage.take(3)
      stage.peer.overhear([{ from: 2, to: 2 }])
      await stage.pass(50)
      expect(stage.nacks).to.deep.equal(['1-2'])
    })

    it('does nothing if nothing is missing', async () => {
      stage.take(1)
      stage.peer.overhear([{ from: 2, to: 2 }])
      await stage.pass(60_000)
      expect(stage.nacks).to.deep.equal([])
    })
  })
})
