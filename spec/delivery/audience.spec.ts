import { expect } from 'chai'
import { Audience, type Member } from '../../lib/delivery/audience.js'
import type { HeartbeatFrame } from '../../lib/delivery/wire/frame.js'
import { digestOf, type Hears } from '../../lib/delivery/wire/sections.js'
import { Stage } from './stage.js'
import { ORIGIN, OTHER } from './wire/golden.js'

const PERIOD = 5000
const ME = ORIGIN
const name = (index: number) => index.toString(16).padStart(8, '0').padEnd(32, '0')

class AudienceStage extends Stage {
  readonly members = new Map<string, Member>([[OTHER, { origin: OTHER, quietFor: 0, knownFor: 1e6 }]])
  spread = 0
  echoedFor = 0
  readonly unheard: string[] = []
  readonly subject = new Audience(this, {
    origin: ME,
    members: () => this.members.values(),
    member: (origin) => this.members.get(origin),
    echoedFor: () => this.echoedFor,
    spread: () => this.spread,
    unheard: (origins) => {
      this.unheard.push(origins.join(' '))
      this.subject.online()
      this.subject.proven()
    }
  })

  take(hears: Hears | undefined, origin = OTHER): void {
    const flags = { join: false, leave: false, ...(hears && { hears }) }
    const frame: HeartbeatFrame = { kind: 'heartbeat', origin, age: 0, oldest: 1, last: 0, ...flags }
    this.subject.takeHeartbeat(frame)
  }

  /** The other one sends a heartbeat each period. */
  async periods(count: number, hears: Hears | undefined, origin = OTHER): Promise<void> {
    for (let period = 0; period < count; period += 1) {
      this.take(hears, origin)
      await this.pass(PERIOD)
    }
  }
}

describe('Audience', () => {
  let stage: AudienceStage
  const nobody: Hears = { complete: true, digests: [digestOf(OTHER)] }
  const us: Hears = { complete: true, digests: [digestOf(ME), digestOf(OTHER)] }

  beforeEach(() => {
    stage = new AudienceStage()
    stage.subject.online()
    stage.subject.proven()
  })

  describe('takeHeartbeat', () => {
    it('notices a peer that does not name us, in two heartbeats a period apart', async () => {
      await stage.periods(3, nobody)
      expect(stage.unheard).to.deep.equal([])
      stage.take(nobody)
      await stage.pass(PERIOD / 4)
      expect(stage.unheard).to.deep.equal([OTHER])
    })

    it('is content when it names us, or does not say', async () => {
      for (const hears of [us, undefined]) await stage.periods(20, hears)
      for (let round = 0; round < 10; round += 1) {
        await stage.periods(1, nobody)
        await stage.periods(1, us)
      }
      expect(stage.unheard).to.deep.equal([])
    })

    it('is content when it names us before the reconnect, or leaves', async () => {
      for (const last of [() => stage.take(us), () => stage.members.clear()]) {
        stage = new AudienceStage()
        stage.subject.online()
        stage.subject.proven()
        await stage.periods(3, nobody)
        stage.take(nobody)
        last()
        await stage.pass(PERIOD)
        expect(stage.unheard).to.deep.equal([])
      }
    })

    it('counts neither what is reported soon after a new connection, nor by a peer that is new', async () => {
      stage.members.set(OTHER, { origin: OTHER, quietFor: 0, knownFor: 1.4 * PERIOD })
      await stage.periods(20, nobody)
      stage.subject.online()
      stage.members.set(OTHER, { origin: OTHER, quietFor: 0, knownFor: 1e6 })
      await stage.periods(20, nobody)
      expect(stage.unheard, 'not proven').to.deep.equal([])
    })

    it('counts several heartbeats at once as one: they were waiting while the process was stopped', async () => {
      await stage.pass(10 * PERIOD)
      for (let count = 0; count < 10; count += 1) stage.take(nobody)
      await stage.periods(1, us)
      expect(stage.unheard).to.deep.equal([])
    })

    it('leaves it to a peer that does not hear itself either to notice that', async () => {
      await stage.periods(20, { complete: true, digests: [] })
      expect(stage.unheard).to.deep.equal([])
    })

    it('reads slices: only what lies between their ends is reported', async () => {
      const slice = (...digests: number[]): Hears => ({ complete: false, digests })
      await stage.periods(10, slice(0, 1))
      await stage.periods(10, slice(0x00010204, 0xffffffff))
      expect(stage.unheard).to.deep.equal([])
      await stage.periods(4, slice(0, 0xffffffff))
      expect(stage.unheard).to.deep.equal([OTHER])
    })

    it('reconnects after growing pauses: four periods, doubling, up to 10 minutes', async () => {
      const at: number[] = []
      for (let period = 0; period < 1500; period += 1) {
        const before = stage.unheard.length
        await stage.periods(1, nobody)
        if (stage.unheard.length > before) at.push(stage.clock.now())
      }
      // The next heartbeat after the pause reveals it.
      const pauses = at.slice(1).map((time, index) => Math.round((time - (at[index] ?? 0)) / PERIOD))
      expect(pauses.slice(0, 4)).to.deep.equal([5, 9, 17, 33])
      expect(Math.max(...pauses)).to.be.at.most(122)
      await stage.periods(400, us)
      await stage.periods(12, nobody)
      expect(stage.unheard.length - at.length, 'short pauses again').to.equal(2)
    })
  })

  describe('hears', () => {
    it('names those heard within two and a half periods, in order', () => {
      stage.members.clear()
      for (const [index, quietFor] of [0, 12_500, 12_501].entries()) {
        const origin = name(9 - index)
        stage.members.set(origin, { origin, quietFor, knownFor: 1e6 })
      }
      const own = digestOf(ME)
      expect(stage.subject.hears()).to.deep.equal({ complete: true, digests: [8, 9, own] })
      stage.echoedFor = 12_501
      expect(stage.subject.hears()).to.deep.equal({ complete: true, digests: [8, 9] })
    })

    it('takes turns with slices of 64 where there are more, which leave nothing out', () => {
      stage.members.clear()
      for (let index = 0; index < 200; index += 1)
        stage.members.set(name(index), { origin: name(index), quietFor: 0, knownFor: 1e6 })
      const slices = [0, 1, 2, 3, 4].map(() => stage.subject.hears())
      expect(slices.map(({ digests }) => [digests[0], digests.at(-1)])).to.deep.equal([
        [0, 63],
        [63, 126],
        [126, 189],
        [189, digestOf(ME)],
        [0, 63]
      ])
      expect(slices.every(({ complete }) => !complete)).to.equal(true)
    })
  })
})
