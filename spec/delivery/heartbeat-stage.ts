import { Heartbeat } from '../../lib/delivery/heartbeat.js'
import { SimClock } from '../simulation/sim-clock.js'
import { Stage } from './stage.js'

export const PERIOD = 5000

/** A clock whose timers can be late: the process was suspended, or its event loop stalled. */
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

/** A started heartbeat, with a record of what it did. */
export class HeartbeatStage extends Stage {
  declare readonly clock: StallingClock
  fleetSize = 2
  isEchoed = true
  isRejected = false
  hasCompany = false
  /** When heartbeats were sent. */
  readonly sentAt: number[] = []
  readonly healthy: number[] = []
  deaf = 0
  mute = 0
  /** Whether published heartbeats are echoed at once. */
  echoing = true
  readonly subject: Heartbeat

  constructor({ heartbeat = PERIOD, seed = 1 } = {}) {
    super({ heartbeat }, new StallingClock(seed))
    this.subject = new Heartbeat(this, {
      fleetSize: () => this.fleetSize,
      isEchoed: () => this.isEchoed,
      isRejected: () => this.isRejected,
      hasCompany: () => this.hasCompany,
      publish: () => {
        this.sentAt.push(this.clock.now())
        if (this.echoing) this.hear(true)
      },
      healthy: (most) => this.healthy.push(most),
      deaf: () => {
        this.deaf += 1
      },
      mute: () => {
        this.mute += 1
      }
    })
    this.subject.start()
  }

  hear(own: boolean): void {
    this.subject.hear(own, this.clock.now())
  }

  hearOthers(): void {
    this.hasCompany = true
    this.hear(false)
  }

  /** There is a new connection, over which nobody was heard yet. */
  reconnect(): void {
    this.hasCompany = false
    this.subject.online()
  }

  override async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    while (this.clock.now() < until)
      await this.clock.run(this.clock.now() + Math.min(100, until - this.clock.now()))
  }
}
