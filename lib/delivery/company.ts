import type { Clock } from './clock.js'

/** How long others take to request what they miss, after they were heard, in ms. */
const REQUESTS = 250
/** How long one that has just connected may take to find out what it misses and to request it, in ms. */
const FIRST_REQUESTS = 1000

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
  /** Whether one was heard that was connected before, or has had the time to request what it misses. */
  #isReached = false
  #onReached: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether another instance was heard over this connection. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** When another instance was heard last. */
  get heardAt(): number {
    return this.#heardAt
  }

  /** There is a new connection. */
  online(): void {
    this.#isThere = this.#isReached = false
  }

  /** Whether events were sent since another instance was heard, or so shortly before that it may not have requested them yet. */
  get mayMiss(): boolean {
    return this.#sentAt + REQUESTS > this.#heardAt
  }

  /** Events were sent, or have come back. */
  sent(now: number): void {
    this.#sentAt = now
  }

  /** @param joins whether that one has just connected */
  heard(now: number, joins: boolean): void {
    this.#isThere = true
    this.#heardAt = now
    this.#onHeard?.()
    if (this.#isReached) return
    if (joins) this.#clock.after(FIRST_REQUESTS, () => this.#reach())
    else this.#reach()
  }

  /** Whether what was sent over this connection has reached another instance, as far as can be known. */
  get isReached(): boolean {
    return this.#isReached
  }

  /** Resolves when that is so. */
  async reached(): Promise<void> {
    if (this.#isReached) return
    await new Promise<void>((resolve) => {
      this.#onReached = resolve
    })
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

  #reach(): void {
    this.#isReached = true
    this.#onReached?.()
  }
}
