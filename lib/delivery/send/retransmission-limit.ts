import type { Clock } from '../clock.js'
import type { Unit } from '../wire/unit.js'

/** An event is retransmitted at most once in this many ms, whoever requests it. */
const INTERVAL = 200

/** All retransmissions, in bytes a second; also the largest burst. */
const RATE = 16 * 1024 * 1024

/** Limits what NACKs, forged or repeated, can make an instance send. */
export class RetransmissionLimit {
  readonly #clock: Clock
  /** When a unit was retransmitted, by its first sequence number, the latest last. */
  readonly #sentAt = new Map<number, number>()
  #allowance = RATE
  #at: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.now()
  }

  /** Whether it may be retransmitted now; counts it if so. */
  allow({ first, payload }: Unit): boolean {
    const now = this.#clock.now()
    this.#allowance = Math.min(RATE, this.#allowance + ((now - this.#at) * RATE) / 1000)
    this.#at = now
    this.#forget(now - INTERVAL)
    // The allowance may become negative: an event can be larger than the rate.
    if (this.#allowance <= 0 || this.#sentAt.has(first)) return false
    this.#allowance -= payload.length
    this.#sentAt.set(first, now)
    return true
  }

  #forget(until: number): void {
    for (const [first, at] of this.#sentAt) {
      if (at > until) return
      this.#sentAt.delete(first)
    }
  }
}
