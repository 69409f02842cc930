import { uptime } from 'node:os'

/** How often the wall clock is read at most, in ms: that costs more than the monotonic one. */
const INTERVAL = 50
/** The wall clock was set, or the machine was suspended, if they differ by so many ms more than before. */
const JUMP = 1000

/** The clocks of the machine, each in ms from a start of its own. */
export interface MachineClocks {
  /** On Linux it stands still while the machine is suspended. */
  monotonic(): number
  /** Can be set. */
  wall(): number
  /** Goes on while the machine is suspended, and can't be set; coarse and expensive, and some sandboxes refuse it: it throws. */
  uptime(): number
}

const machineClocks: MachineClocks = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  uptime: () => uptime() * 1000
}

/**
 * Monotonic time that goes on while the machine is suspended. Other instances compute with how long ago something was: who does not
 * count that time takes what was made before the others were there for new.
 */
export class SteadyTime {
  readonly #clocks: MachineClocks
  #suspended = 0
  #checkedAt: number
  /** How far the two are ahead of the monotonic clock. */
  #wall: number
  #uptime: number

  constructor(clocks = machineClocks) {
    this.#clocks = clocks
    this.#checkedAt = clocks.monotonic()
    this.#wall = clocks.wall() - this.#checkedAt
    this.#uptime = this.#ahead(this.#checkedAt)
  }

  now(): number {
    const monotonic = this.#clocks.monotonic()
    if (monotonic - this.#checkedAt >= INTERVAL) this.#check(monotonic)
    return monotonic + this.#suspended
  }

  #check(monotonic: number): void {
    this.#checkedAt = monotonic
    const wall = this.#clocks.wall() - monotonic
    if (Math.abs(wall - this.#wall) < JUMP) return
    this.#wall = wall
    const ahead = this.#ahead(monotonic)
    if (ahead - this.#uptime >= JUMP) this.#suspended += ahead - this.#uptime
    this.#uptime = ahead
  }

  #ahead(monotonic: number): number {
    try {
      return this.#clocks.uptime() - monotonic
    } catch {
      return 0
    }
  }
}
