import { expect } from 'chai'
import { HeartbeatStage, PERIOD } from './heartbeat-stage.js'

describe('Heartbeat, the state of the connection', () => {
  let stage: HeartbeatStage

  beforeEach(() => {
    stage = new HeartbeatStage()
  })

  describe('deaf', () => {
    beforeEach(() => {
      stage.echoing = false
    })

    it('is called when nothing was received in three rounds', async () => {
      await stage.pass(2.9 * 0.75 * PERIOD)
      expect(stage.deaf).to.equal(0)
      await stage.pass(PERIOD * 2)
      expect([stage.deaf, stage.mute]).to.deep.equal([1, 0])
    })

    it('is not called when others are heard', async () => {
      for (let at = 0; at < 10; at += 1) {
        stage.hear(false)
        await stage.pass(3000)
      }
      expect(stage.deaf).to.equal(0)
    })

    it('is not called where nothing of our own can come back and nobody else is there', async () => {
      stage.isRejected = true
      stage.fleetSize = 0
      await stage.pass(10 * PERIOD)
      expect(stage.deaf).to.equal(0)
      stage.fleetSize = 1
      stage.hearOthers()
      await stage.pass(5 * PERIOD)
      expect(stage.deaf).to.equal(1)
    })

    it('is called once where nothing of our own can come back and all others have died', async () => {
      stage.isRejected = true
      stage.echoing = false
      stage.hearOthers()
      await stage.pass(5 * PERIOD)
      expect(stage.deaf).to.equal(1)
      stage.reconnect()
      await stage.pass(20 * PERIOD)
      expect(stage.deaf, 'over the new connection').to.equal(1)
      stage.hearOthers()
      await stage.pass(5 * PERIOD)
      expect(stage.deaf, 'when others were back').to.equal(2)
    })

    it('is not called soon after connecting', async () => {
      await stage.pass(2.5 * PERIOD)
      stage.subject.online()
      await stage.pass(1.5 * PERIOD)
      expect(stage.deaf).to.equal(0)
    })

    it('is not called after a suspended process or a stalled event loop', async () => {
      for (let round = 0; round < 10; round += 1) {
        stage.clock.sleep(20_000)
        await stage.pass(PERIOD / 2)
      }
      expect([stage.deaf, stage.mute]).to.deep.equal([0, 0])
    })

    it('is not called while away', async () => {
      stage.link.status = 'reconnecting'
      await stage.pass(600_000)
      expect([stage.deaf, stage.mute]).to.deep.equal([0, 0])
    })

    it('is not called on a link without echo, where a single instance receives nothing', async () => {
      stage.link.echoes = false
      await stage.pass(600_000)
      expect([stage.deaf, stage.mute]).to.deep.equal([0, 0])
    })
  })

  describe('mute', () => {
    it('is not called in place of deaf when nobody is heard any more, in any phase', async () => {
      for (let ms = 0; ms < PERIOD; ms += 250) {
        stage = new HeartbeatStage()
        await stage.pass(ms)
        stage.echoing = false
        stage.hear(false)
        stage.subject.eventsSent(stage.clock.now())
        await stage.pass(5 * PERIOD)
        expect([stage.mute, stage.deaf]).to.deep.equal([0, 1])
      }
    })

    /** Others are heard, our own messages are not. */
    async function passMuted(ms: number): Promise<void> {
      stage.echoing = false
      for (let at = 0; at < ms; at += 1000) {
        stage.hear(false)
        await stage.pass(1000)
      }
    }

    it('is called when only others were heard in three rounds; a new connection is due ever more rarely', async () => {
      const due = []
      for (let time = 1; time <= 9; time += 1) {
        stage.subject.online()
        await passMuted(5 * PERIOD)
        expect([stage.mute, stage.deaf]).to.deep.equal([time, 0])
        if (stage.subject.isReconnectDue) due.push(time)
      }
      expect(due).to.deep.equal([1, 4, 8])
    })

    it('is counted anew when own messages come back', async () => {
      for (let time = 1; time <= 2; time += 1) await passMuted(5 * PERIOD)
      expect(stage.subject.isReconnectDue).to.equal(false)
      stage.hear(true)
      await passMuted(5 * PERIOD)
      expect(stage.subject.isReconnectDue).to.equal(true)
    })

    it('is not called after a suspended process or a stalled event loop', async () => {
      stage.echoing = false
      for (let round = 0; round < 10; round += 1) {
        stage.hear(false)
        stage.clock.sleep(20_000)
        await stage.pass(PERIOD / 2)
      }
      expect(stage.mute).to.equal(0)
    })
  })

  describe('healthy', () => {
    it('is called each round in which something was heard: silent peers have left after eight, later in a large fleet', async () => {
      stage.hear(false)
      await stage.pass(1.25 * PERIOD)
      expect(stage.healthy).to.deep.equal([8])
      stage.fleetSize = 1000
      stage.hear(false)
      await stage.pass(1.25 * PERIOD)
      expect(stage.healthy[1]).to.equal(8 * 4)
    })

    it('is not called after a round in which nothing was heard, or that was late', async () => {
      stage.echoing = false
      await stage.pass(2 * PERIOD)
      expect(stage.healthy).to.deep.equal([])
      stage.hear(false)
      stage.clock.sleep(20_000)
      await stage.pass(1.25 * PERIOD)
      expect(stage.healthy).to.deep.equal([])
    })
  })
})
