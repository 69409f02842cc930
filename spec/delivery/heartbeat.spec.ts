import { expect } from 'chai'
import { HeartbeatStage, PERIOD } from './heartbeat-stage.js'

describe('Heartbeat', () => {
  let stage: HeartbeatStage

  beforeEach(() => {
    stage = new HeartbeatStage()
  })

  describe('send', () => {
    it('is called each period, give or take a quarter', async () => {
      await stage.pass(200_000)
      const pauses = stage.sentAt.slice(1).map((at, index) => at - (stage.sentAt[index] ?? 0))
      for (const pause of pauses) expect(pause).to.be.within(0.75 * PERIOD, 1.25 * PERIOD)
      expect(Math.max(...pauses) - Math.min(...pauses)).to.be.greaterThan(PERIOD / 5)
    })

    it('is not called in step with others', async () => {
      await stage.pass(30_000)
      const first = stage.sentAt
      stage = new HeartbeatStage({ seed: 2 })
      await stage.pass(30_000)
      expect(stage.sentAt.filter((at) => first.includes(at))).to.deep.equal([])
    })

    for (const echoes of [true, false]) {
      it(`is called less often as the fleet grows: 50 times a second in total, ${echoes ? 'echoed' : 'not echoed'}`, async () => {
        stage.link.echoes = stage.echoing = echoes
        stage.fleetSize = 2000
        for (let second = 0; second < 600; second += 1) {
          stage.hear(false)
          await stage.pass(1000)
        }
        expect((stage.sentAt.length / 600) * stage.fleetSize).to.be.within(25, 50)
        expect([stage.deaf, stage.mute]).to.deep.equal([0, 0])
      })
    }

    it('is not called while events announce the same', async () => {
      for (let at = 0; at < 60; at += 1) {
        await stage.pass(1000)
        stage.subject.eventsSent(stage.clock.now())
        stage.hear(true)
      }
      expect(stage.sentAt).to.deep.equal([])
    })

    it('is not called either while the next events are in transit when the last ones are echoed', async () => {
      stage.fleetSize = 1000
      for (let at = 0; at < 600; at += 1) {
        stage.subject.eventsSent(stage.clock.now())
        await stage.pass(100)
        stage.hear(true)
        stage.subject.eventsSent(stage.clock.now())
      }
      expect([stage.mute, stage.deaf]).to.deep.equal([0, 0])
      expect(stage.sentAt).to.deep.equal([])
    })

    it('sends nothing while away', async () => {
      stage.link.status = 'reconnecting'
      await stage.pass(60_000)
      stage.subject.send()
      expect(stage.sentAt).to.deep.equal([])
    })

    it('is only called on request with a period of 0', async () => {
      stage = new HeartbeatStage({ heartbeat: 0 })
      stage.subject.eventsSent(stage.clock.now())
      await stage.pass(600_000)
      expect(stage.sentAt).to.deep.equal([])
      stage.subject.answer()
      await stage.pass(100)
      expect(stage.sentAt).to.have.length(1)
    })
  })

  describe('eventsSent', () => {
    it('is followed by heartbeats after 300 ms, then doubling, until the events are echoed', async () => {
      stage.echoing = stage.isEchoed = false
      stage.subject.eventsSent(stage.clock.now())
      await stage.pass(299)
      expect(stage.sentAt).to.have.length(0)
      await stage.pass(1)
      expect(stage.sentAt).to.have.length(1)
      await stage.pass(600)
      expect(stage.sentAt).to.have.length(2)
      stage.isEchoed = true
      await stage.pass(2000)
      expect(stage.sentAt).to.have.length(2)
    })

    it('is followed by no heartbeat if the events are echoed', async () => {
      stage.subject.eventsSent(stage.clock.now())
      stage.hear(true)
      await stage.pass(3000)
      expect(stage.sentAt).to.deep.equal([])
    })

    it('is followed by one heartbeat on a link without echo', async () => {
      stage.link.echoes = stage.echoing = stage.isEchoed = false
      stage.subject.eventsSent(stage.clock.now())
      await stage.pass(3000)
      expect(stage.sentAt).to.have.length(1)
    })
  })

  describe('answer', () => {
    it('sends one within 50 ms, for all requests until then', async () => {
      for (let count = 0; count < 10; count += 1) stage.subject.answer()
      await stage.pass(50)
      expect(stage.sentAt).to.have.length(1)
      stage.subject.answer()
      await stage.pass(50)
      expect(stage.sentAt).to.have.length(2)
    })

    it('is spread in a large fleet', async () => {
      stage.fleetSize = 1000
      stage.subject.answer()
      await stage.pass(1000)
      stage.subject.answer()
      const before = stage.sentAt.length
      await stage.pass(19_000)
      expect(stage.sentAt.length - before).to.be.within(0, 2)
    })
  })

  describe('stop', () => {
    it('cancels all timers', async () => {
      stage.isEchoed = false
      stage.subject.answer()
      stage.subject.eventsSent(stage.clock.now())
      stage.subject.stop()
      await stage.pass(600_000)
      expect(stage.sentAt).to.deep.equal([])
    })
  })
})
