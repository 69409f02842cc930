import type { Clock } from './clock.js'

/** How long others take to request what they miss, after they were heard, in ms. */
const REQUESTS = 250

/**
 * Whether others are connected too. The first that is back after an outage hears its own frames, but nobody else does: who leaves
 * then has to wait.
 */
export class Company {
  readonly #clock: Clock
  #isThere = false
  #heardAt = Number.NEGATIVE_INFINITY
  #sentAt = Number.NEGATIVE_INFINITY
  #onHeard: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether another instance was heard over this connection. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** There is a new connection. */
  online(): void {
    this.#isThere = false
  }

  /** Whether events were sent since another instance was heard, or so shortly before that it may not have requested them yet. */
  get mayMiss(): boolean {
    return this.#sentAt + REQUESTS > this.#heardAt
  }

  /** Events were sent, or have come back. */
  sent(now: number): void {
    this.#sentAt = now
  }

  heard(now: number): void {
    this.#isThere = true
    this.#heardAt = now
    this.#onHeard?.()
  }

  /** Resolves when another instance was heard over this connection, and had the time to request what it misses. */
  async wait(): Promise<void> {
    if (!this.#isThere) {
      await new Promise<void>((resolve) => {
        this.#onHeard = resolve
      })
    }
    await new Promise<void>((resolve) => this.#clock.after(REQUESTS, resolve))
  }
}
