import { expect } from 'chai'
import { Heartbeat } from '../../lib/delivery/heartbeat.js'
import { SimClock } from '../simulation/sim-clock.js'
import { FakeLink } from './fake-link.js'

const PERIOD = 5000

/** A clock whose timers can be late: the process was stopped, or its loop stalled. */
class StallingClock extends SimClock {
  #slept = 0

  override now(): number {
    return super.now() + this.#slept
  }

  override run(until: number): Promise<void> {
    return super.run(until - this.#slept)
  }

  sleep(ms: number): void {
    this.#slept += ms
  }
}

describe('Heartbeat', () => {
  let clock: StallingClock
  let link: FakeLink
  let heartbeat: Heartbeat
  let fleet: number
  let isEchoed: boolean
  /** When beats were sent, those that ask for others' as negative numbers. */
  let beats: number[]
  let joins: number
  let healthy: number[]
  let deaf: number
  let mute: number
  /** Does what is published come back at once? */
  let echoing: boolean

  function open({ period = PERIOD, seed = 1 } = {}): void {
    clock = new StallingClock(seed)
    link = new FakeLink(clock)
    fleet = 2
    isEchoed = echoing = true
    beats = []
    healthy = []
    joins = deaf = mute = 0
    heartbeat = new Heartbeat({
      link,
      clock,
      period,
      fleet: () => fleet,
      isEchoed: () => isEchoed,
      beat: ({ join }) => {
        beats.push(clock.now())
        if (join) joins += 1
        if (echoing) heartbeat.hear(true)
      },
      healthy: (most) => healthy.push(most),
      deaf: () => {
        deaf += 1
      },
      mute: () => {
        mute += 1
      }
    })
    heartbeat.start()
  }

  const pass = async (ms: number) => {
    const until = clock.now() + ms
    while (clock.now() < until) await clock.run(clock.now() + Math.min(100, until - clock.now()))
  }

  beforeEach(() => open())

  describe('beat', () => {
    it('comes each period, give or take a quarter', async () => {
      await pass(200_000)
      const pauses = beats.slice(1).map((at, index) => at - (beats[index] ?? 0))
      for (const pause of pauses) expect(pause).to.be.within(0.75 * PERIOD, 1.25 * PERIOD)
      expect(Math.max(...pauses) - Math.min(...pauses)).to.be.greaterThan(PERIOD / 5)
    })

    it('is not in step with others', async () => {
      await pass(30_000)
      const first = beats
      open({ seed: 2 })
      await pass(30_000)
      expect(beats.filter((at) => first.includes(at))).to.deep.equal([])
    })

    for (const echoes of [true, false]) {
      it(`gets rarer as the fleet grows: 50 a second, of all, ${echoes ? 'echoed' : 'not echoed'}`, async () => {
        link.echoes = echoing = echoes
        fleet = 2000
        for (let second = 0; second < 600; second += 1) {
          heartbeat.hear(false)
          await pass(1000)
        }
        expect((beats.length / 600) * fleet).to.be.within(25, 50)
        expect([deaf, mute]).to.deep.equal([0, 0])
      })
    }

    it('waits while events say the same', async () => {
      for (let at = 0; at < 60; at += 1) {
        await pass(1000)
        heartbeat.sent()
        heartbeat.hear(true)
      }
      expect(beats).to.deep.equal([])
    })

    it('waits too where the next events are always under way when the last ones come back', async () => {
      fleet = 1000
      for (let at = 0; at < 600; at += 1) {
        heartbeat.sent()
        await pass(100)
        heartbeat.hear(true)
        heartbeat.sent()
      }
      expect([mute, deaf]).to.deep.equal([0, 0])
      expect(beats).to.deep.equal([])
    })

    it('is not sent while away', async () => {
      link.status = 'reconnecting'
      await pass(60_000)
      heartbeat.beat()
      expect(beats).to.deep.equal([])
    })

    it('is not sent with a period of 0, but when it is asked for', async () => {
      open({ period: 0 })
      heartbeat.sent()
      await pass(600_000)
      expect(beats).to.deep.equal([])
      heartbeat.answer()
      await pass(100)
      expect(beats).to.have.length(1)
    })
  })

  describe('sent', () => {
    it('is followed by beats after 300 ms, then doubling, until the events have come back', async () => {
      echoing = isEchoed = false
      heartbeat.sent()
      await pass(299)
      expect(beats).to.have.length(0)
      await pass(1)
      expect(beats).to.have.length(1)
      await pass(600)
      expect(beats).to.have.length(2)
      isEchoed = true
      await pass(2000)
      expect(beats).to.have.length(2)
    })

    it('needs no beat where the events have come back', async () => {
      heartbeat.sent()
      heartbeat.hear(true)
      await pass(3000)
      expect(beats).to.deep.equal([])
    })

    it('is followed by one beat where nothing is echoed', async () => {
      link.echoes = echoing = isEchoed = false
      heartbeat.sent()
      await pass(3000)
      expect(beats).to.have.length(1)
    })
  })

  describe('online', () => {
    it('asks for the beats of others, soon in a small fleet and spread in a large one', async () => {
      heartbeat.online()
      await pass(50)
      expect([beats.length, joins]).to.deep.equal([1, 1])
      const waits: number[] = []
      for (let round = 0; round < 50; round += 1) {
        fleet = 1000
        const from = clock.now()
        joins = 0
        heartbeat.online()
        for (let ms = 0; ms < 30_000 && joins === 0; ms += 100) await pass(100)
        waits.push(clock.now() - from)
      }
      expect(Math.max(...waits)).to.be.within(15_000, 20_100)
      expect(Math.min(...waits)).to.be.lessThan(2000)
    })
  })

  describe('answer', () => {
    it('comes within 50 ms, once for all that ask meanwhile', async () => {
      for (let count = 0; count < 10; count += 1) heartbeat.answer()
      await pass(50)
      expect([beats.length, joins]).to.deep.equal([1, 0])
      heartbeat.answer()
      await pass(50)
      expect(beats).to.have.length(2)
    })

    it('is spread in a large fleet', async () => {
      fleet = 1000
      heartbeat.answer()
      await pass(1000)
      heartbeat.answer()
      const before = beats.length
      await pass(19_000)
      expect(beats.length - before).to.be.within(0, 2)
    })

    it('is given by the question that waits already', async () => {
      fleet = 100
      heartbeat.online()
      heartbeat.answer()
      await pass(2000)
      expect([beats.length, joins]).to.deep.equal([1, 1])
    })
  })

  describe('deaf', () => {
    beforeEach(() => {
      echoing = false
    })

    it('is who hears nothing in three rounds', async () => {
      await pass(2.9 * 0.75 * PERIOD)
      expect(deaf).to.equal(0)
      await pass(PERIOD * 2)
      expect([deaf, mute]).to.deep.equal([1, 0])
    })

    it('is not who hears others', async () => {
      for (let at = 0; at < 10; at += 1) {
        heartbeat.hear(false)
        await pass(3000)
      }
      expect(deaf).to.equal(0)
    })

    it('is not who has just connected', async () => {
      await pass(2.5 * PERIOD)
      heartbeat.online()
      await pass(1.5 * PERIOD)
      expect(deaf).to.equal(0)
    })

    it('is not who was stopped or stalled', async () => {
      for (let round = 0; round < 10; round += 1) {
        clock.sleep(20_000)
        await pass(PERIOD / 2)
      }
      expect([deaf, mute]).to.deep.equal([0, 0])
    })

    it('is not who is away', async () => {
      link.status = 'reconnecting'
      await pass(600_000)
      expect([deaf, mute]).to.deep.equal([0, 0])
    })

    it('is nobody where nothing is echoed: one that is alone hears nothing', async () => {
      link.echoes = false
      await pass(600_000)
      expect([deaf, mute]).to.deep.equal([0, 0])
    })
  })

  describe('mute', () => {
    /** Others are heard, what we publish does not come back. */
    async function passMuted(ms: number): Promise<void> {
      echoing = false
      for (let at = 0; at < ms; at += 1000) {
        heartbeat.hear(false)
        await pass(1000)
      }
    }

    it('is who hears others, but not itself in three rounds; a second time in a row it can not be mended', async () => {
      await passMuted(5 * PERIOD)
      expect([mute, deaf, heartbeat.isMute]).to.deep.equal([1, 0, false])
      heartbeat.online()
      await passMuted(5 * PERIOD)
      expect([mute, deaf, heartbeat.isMute]).to.deep.equal([2, 0, true])
      heartbeat.hear(true)
      expect(heartbeat.isMute).to.equal(false)
    })

    it('is not who was stopped or stalled', async () => {
      echoing = false
      for (let round = 0; round < 10; round += 1) {
        heartbeat.hear(false)
        clock.sleep(20_000)
        await pass(PERIOD / 2)
      }
      expect(mute).to.equal(0)
    })
  })

  describe('healthy', () => {
    it('is each round in which something was heard: the silent are gone after eight, later in a large fleet', async () => {
      heartbeat.hear(false)
      await pass(1.25 * PERIOD)
      expect(healthy).to.deep.equal([8])
      fleet = 1000
      heartbeat.hear(false)
      await pass(1.25 * PERIOD)
      expect(healthy[1]).to.equal(8 * 4)
    })

    it('is no round in which nothing was heard, or that was late', async () => {
      echoing = false
      await pass(2 * PERIOD)
      expect(healthy).to.deep.equal([])
      heartbeat.hear(false)
      clock.sleep(20_000)
      await pass(1.25 * PERIOD)
      expect(healthy).to.deep.equal([])
    })
  })

  describe('stop', () => {
    it('ends all that waits', async () => {
      isEchoed = false
      heartbeat.online()
      heartbeat.sent()
      heartbeat.stop()
      await pass(600_000)
      expect(beats).to.deep.equal([])
    })
  })
})
