import { SimClock } from '../../spec/simulation/sim-clock.js'
import { Member } from './member.js'
import { type Tally, TallyBroker } from './tally-broker.js'

/** What some time took. */
export interface Span {
  tally: Tally
  /** In virtual seconds. */
  seconds: number
  /** That an instance got, on average. */
  messages: number
  bytes: number
  /** CPU of an instance, the simulated broker's work for it included, in ms. */
  cpu: number
}

/** Instances that share a simulated broker, in virtual time. */
export class SimFleet {
  readonly clock = new SimClock(1)
  readonly broker = new TallyBroker(this.clock)
  readonly members: Member[] = []

  add(): Member {
    const member = new Member(this.broker)
    this.members.push(member)
    return member
  }

  /** Lets time pass, and says what it took those who were there from its start. */
  async span(pass: () => Promise<void>): Promise<Span> {
    const { clock, broker } = this
    const members = [...this.members]
    const sum = (name: 'framesReceived' | 'bytesReceived') =>
      members.reduce((total, { counts }) => total + counts[name], 0)
    const before = { at: clock.now(), messages: sum('framesReceived'), bytes: sum('bytesReceived') }
    const tally = broker.count()
    const cpuBefore = process.cpuUsage()
    await pass()
    const { user, system } = process.cpuUsage(cpuBefore)
    const { length } = members
    return {
      tally,
      seconds: (clock.now() - before.at) / 1000,
      messages: (sum('framesReceived') - before.messages) / length,
      bytes: (sum('bytesReceived') - before.bytes) / length,
      cpu: (user + system) / 1000 / length
    }
  }

  rest(ms: number): Promise<void> {
    return this.clock.run(this.clock.now() + ms)
  }

  /** Lets time pass until something is true, `step` ms at a time, but not for longer than `most` ms. */
  async until(isTrue: () => boolean, step: number, most: number): Promise<number> {
    const { clock } = this
    const from = clock.now()
    while (!isTrue() && clock.now() - from < most) await clock.run(clock.now() + step)
    return isTrue() ? clock.now() - from : Number.NaN
  }

  /** Events at a rate, each of an instance by chance that is connected; returns a function that ends it. */
  load(rate: number): () => void {
    const { clock, members } = this
    let isOver = false
    const next = () => {
      if (isOver) return
      const member = members[clock.integer(0, members.length - 1)] as Member
      if (member.provenAt !== undefined) member.emit()
      clock.after(1000 / rate, next)
    }
    next()
    return () => {
      isOver = true
    }
  }
}
