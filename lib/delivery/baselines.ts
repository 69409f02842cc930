import type { Environment } from './environment.js'
import { Sliding } from './sliding.js'
import { Timeline } from './timeline.js'
import { type Baseline, MAX_ENTRIES } from './wire/sections.js'

/** How much earlier than computed another instance may have subscribed, in ms. */
const MARGIN = 10
/** For how long a late own frame counts, in ms. */
const LAG_SPAN = 10_000

/** Answers to instances that ask where their part of our sequence begins: with what was made since they have subscribed. */
export class Baselines {
  readonly #environment: Environment
  readonly #next: () => number
  readonly #timeline = new Timeline()
  /** How long our own frames took to come back: what others publish takes as long to reach us, at most. */
  readonly #lag = new Sliding(Math.max, LAG_SPAN)
  readonly #pending = new Map<string, number>()
  /** Our latest request: its age, and how long it was expected to take. */
  #request = { age: 0, allowance: 0 }
  #areTrusted = false

  /** @param next the sequence number that our next event will have */
  constructor(environment: Environment, next: () => number) {
    this.#environment = environment
    this.#next = next
  }

  get arePending(): boolean {
    return this.#pending.size > 0
  }

  /** To be called before an event is numbered. */
  eventMade(): void {
    this.#timeline.add(this.#environment.clock.now(), this.#next())
  }

  /**
   * Whether the answers of others can be relied on. They compute our subscription's time from the time our request took to them:
   * that took no longer than we told them if it came back as soon.
   */
  get areTrusted(): boolean {
    return this.#areTrusted || !this.#environment.link.echoes
  }

  /**
   * To be called before a request of that age is sent.
   *
   * @returns how much earlier than the request tells the subscription may have been, in ms
   */
  requested(age: number): number {
    const allowance = Math.max(0, this.#lag.value)
    this.#request = { age, allowance }
    this.#areTrusted = false
    return allowance
  }

  /** An own frame of that age took `ms` to come back. */
  echoed(ms: number, age: number): void {
    this.#lag.add(this.#environment.clock.now(), ms)
    if (age >= this.#request.age) this.#areTrusted = ms <= this.#request.allowance + MARGIN
  }

  /** Prepares the answer to an instance that has subscribed at `time`, as far as known here. */
  add(origin: string, time: number): void {
    const earliest = time - MARGIN - Math.max(0, this.#lag.value)
    this.#pending.set(origin, this.#timeline.nextAt(earliest, this.#next()))
  }

  /**
   * The next answers, as many as a heartbeat can carry.
   *
   * @param last the sequence number in that heartbeat: who reads 0 knows where our sequence begins
   */
  take(last: number): Baseline[] {
    if (last === 0) this.#pending.clear()
    const taken: Baseline[] = []
    for (const [origin, next] of this.#pending) {
      if (taken.length === MAX_ENTRIES) break
      this.#pending.delete(origin)
      taken.push({ origin, next })
    }
    return taken
  }
}
