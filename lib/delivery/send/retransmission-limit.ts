import type { Clock } from '../clock.js'
import type { Unit } from '../wire/unit.js'

/** An event is sent again at most once in so many ms, whoever asks. */
const INTERVAL = 200

/** All that is sent again, in bytes a second; as much may be sent at once. */
const RATE = 16 * 1024 * 1024

/** Bounds what questions, forged or repeated, can make an instance send. */
export class ResendLimit {
  readonly #clock: Clock
  /** By the number of its first event: when a unit was sent again, the last one last. */
  readonly #resentAt = new Map<number, number>()
  #allowance = RATE
  #at: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.now()
  }

  /** May it be sent again now? Counts it if so. */
  allow({ first, payload }: Unit): boolean {
    const now = this.#clock.now()
    this.#allowance = Math.min(RATE, this.#allowance + ((now - this.#at) * RATE) / 1000)
    this.#at = now
    this.#forget(now - INTERVAL)
    // Into debt rather than never: an event can be larger than the rate.
    if (this.#allowance <= 0 || this.#resentAt.has(first)) return false
    this.#allowance -= payload.length
    this.#resentAt.set(first, now)
    return true
  }

  #forget(until: number): void {
    for (const [first, at] of this.#resentAt) {
      if (at > until) return
      this.#resentAt.delete(first)
    }
  }
}
