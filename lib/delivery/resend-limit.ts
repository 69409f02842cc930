import type { Clock } from './clock.js'
import type { Unit } from './frame.js'

/** An event is sent again at most once in so many ms, whoever asks. */
const INTERVAL = 200

/** All that is sent again, in bytes a second; as much may be sent at once. */
const RATE = 16 * 1024 * 1024

/** Bounds what questions, forged or repeated, can make an instance send. */
export class ResendLimit {
  readonly #clock: Clock
  readonly #resentAt = new WeakMap<Unit, number>()
  #allowance = RATE
  #at: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.now()
  }

  /** May it be sent again now? Counts it if so. */
  allow(unit: Unit): boolean {
    const now = this.#clock.now()
    this.#allowance = Math.min(RATE, this.#allowance + ((now - this.#at) * RATE) / 1000)
    this.#at = now
    // Into debt rather than never: an event can be larger than the rate.
    if (this.#allowance <= 0 || now - (this.#resentAt.get(unit) ?? Number.NEGATIVE_INFINITY) < INTERVAL)
      return false
    this.#allowance -= unit.payload.length
    this.#resentAt.set(unit, now)
    return true
  }
}
