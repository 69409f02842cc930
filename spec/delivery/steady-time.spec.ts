import { expect } from 'chai'
import { Delivery } from '../../lib/delivery/delivery.js'
import { type MachineClocks, SteadyTime } from '../../lib/delivery/steady-time.js'
import { decodeFrame, encodeFrame } from '../../lib/delivery/wire/frame.js'
import { SimClock } from '../simulation/sim-clock.js'
import { Stage } from './stage.js'
import { OTHER } from './wire/golden.js'

/** A machine that can be suspended, and whose wall clock can be set. */
class Machine implements MachineClocks {
  #awake = 500
  #suspended = 0
  #set = 1.7e12
  reads = 0

  monotonic = () => this.#awake

  wall = () => {
    this.reads += 1
    return this.#set + this.#awake + this.#suspended
  }

  uptime = () => Math.floor((9000 + this.#awake + this.#suspended) / 10) * 10

  pass(ms: number): void {
    this.#awake += ms
  }

  suspend(ms: number): void {
    this.#suspended += ms
  }

  setWallClock(ms: number): void {
    this.#set += ms
  }
}

describe('SteadyTime', () => {
  let machine: Machine
  let time: SteadyTime
  let from: number

  beforeEach(() => {
    machine = new Machine()
    time = new SteadyTime(machine)
    from = time.now()
  })

  /** What has passed since the start, after `ms` more. */
  const passed = (ms: number) => {
    machine.pass(ms)
    return time.now() - from
  }

  it('is the monotonic clock', () => {
    expect(passed(0.25)).to.equal(0.25)
    expect(passed(100_000)).to.equal(100_000.25)
  })

  it('goes on while the machine is suspended, each time', () => {
    expect(passed(100)).to.equal(100)
    machine.suspend(600_000)
    expect(passed(100)).to.be.within(600_190, 600_210)
    machine.suspend(3_600_000)
    expect(passed(100)).to.be.within(4_200_280, 4_200_320)
    expect(passed(100)).to.be.within(4_200_380, 4_200_420)
  })

  it('goes on also where the wall clock is set back as far meanwhile, once that is set right', () => {
    machine.suspend(600_000)
    machine.setWallClock(-600_000)
    expect(passed(100)).to.equal(100)
    machine.setWallClock(600_000)
    expect(passed(100)).to.be.within(600_190, 600_210)
  })

  it('is not changed by a wall clock that is set or drifts', () => {
    machine.setWallClock(3_600_000)
    expect(passed(100)).to.equal(100)
    machine.setWallClock(-7_200_000)
    expect(passed(100)).to.equal(200)
    for (let minute = 0; minute < 100; minute += 1) {
      machine.setWallClock(30)
      machine.pass(60_000)
      time.now()
    }
    expect(passed(0)).to.equal(6_000_200)
  })

  it('is the monotonic clock where the uptime is refused', () => {
    machine.uptime = () => {
      throw new Error('EACCES')
    }
    time = new SteadyTime(machine)
    from = time.now()
    machine.suspend(600_000)
    expect(passed(100)).to.equal(100)
  })

  it('never goes back', () => {
    let last = time.now()
    for (const step of [(ms: number) => machine.suspend(ms), (ms: number) => machine.setWallClock(-ms)]) {
      step(5000)
      for (let turn = 0; turn < 100; turn += 1) {
        machine.pass(7)
        const now = time.now()
        expect(now).to.be.at.least(last)
        last = now
      }
    }
  })

  it('reads the wall clock at most every 50 ms', () => {
    machine.reads = 0
    for (let ms = 0; ms < 1000; ms += 1) passed(1)
    expect(machine.reads).to.equal(20)
  })

  it('is that of this machine without arguments', () => {
    const real = new SteadyTime()
    const before = performance.now()
    expect(real.now()).to.be.within(before, performance.now())
  })
})

/** The clock of a machine that was suspended. */
class SuspendedClock extends SimClock {
  suspended = 0
  readonly #time = new SteadyTime({
    monotonic: () => super.now(),
    wall: () => super.now() + this.suspended,
    uptime: () => super.now() + this.suspended
  })

  override now(): number {
    return this.#time.now()
  }
}

describe('Delivery on a machine that was suspended', () => {
  it('tells an instance that has subscribed meanwhile to begin with what was made since', async () => {
    const clock = new SuspendedClock(1)
    const stage = new Stage({}, clock)
    const delivery = new Delivery(stage)
    let awake = 0
    const pass = async (ms: number) => {
      awake += ms
      await clock.run(awake)
      const { published } = stage.link
      stage.link.published = []
      for (const bytes of published) delivery.receive(bytes)
      return published.map((bytes) => decodeFrame(bytes))
    }
    delivery.online()
    await pass(100)
    for (let events = 0; events < 3; events += 1) delivery.send(Buffer.from('old'), 1)
    await pass(100)
    clock.suspended = 600_000
    await pass(100)
    const age = 300_000
    const flags = { join: true, leave: false, since: age }
    delivery.receive(encodeFrame({ kind: 'heartbeat', origin: OTHER, age, oldest: 1, last: 0, ...flags }))
    const answers = await pass(1000)
    const baselines = answers.flatMap((frame) => (frame.kind === 'heartbeat' ? (frame.baselines ?? []) : []))
    expect(baselines).to.deep.equal([{ origin: OTHER, next: 4 }])
  })
})
