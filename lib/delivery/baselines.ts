import type { Environment } from './environment.js'
import { Sliding } from './sliding.js'
import { Timeline } from './timeline.js'
import { type Baseline, MAX_ENTRIES } from './wire/sections.js'
import type { Range } from './wire/unit.js'

/** How much earlier than computed another instance may have subscribed, in ms. */
const MARGIN = 10
/** For how long a late own frame counts, in ms. */
const LAG_SPAN = 10_000
/** For so long after an answer its receiver may request what it misses, in ms. */
const REQUESTS = 1000

/** What an instance is told, and the number of our next event when it asked: what is made since then it hears. */
interface Answer {
  readonly next: number
  readonly end: number
  /** The time that `next` is of. */
  readonly at: number
}

/** An answer, and how old this instance was at the time that it is of, in ms. */
interface Told extends Baseline {
  readonly age: number
}

/** Answers to instances that ask where their part of our sequence begins: with what was made since they have subscribed. */
export class Baselines {
  readonly #environment: Environment
  readonly #next: () => number
  readonly #timeline = new Timeline()
  /** How long our own frames took to come back: what others publish takes as long to reach us, at most. */
  readonly #lag = new Sliding(Math.max, LAG_SPAN)
  readonly #pending = new Map<string, Answer>()
  /** What the latest answers make others request. */
  readonly #told: { readonly at: number; readonly range: Range }[] = []
  /** Our latest request: its age, and how long it was expected to take. */
  #request = { age: 0, allowance: 0 }
  #areTrusted = false
  /** How much later than ours the subscriptions were that others have answered. */
  readonly #late = new Sliding(Math.max, LAG_SPAN)

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
    this.#late.add(this.#environment.clock.now(), 0)
    const allowance = Math.max(0, this.#lag.value, this.#late.value)
    this.#request = { age, allowance }
    this.#areTrusted = false
    return allowance
  }

  /** An answer was for a subscription that was so much later than ours, in ms: the next request tells as much more. */
  late(ms: number): void {
    this.#late.add(this.#environment.clock.now(), this.#request.allowance + ms)
  }

  /** An own frame of that age took `ms` to come back. */
  echoed(ms: number, age: number): void {
    this.#lag.add(this.#environment.clock.now(), ms)
    if (age >= this.#request.age) this.#areTrusted = ms <= this.#request.allowance + MARGIN
  }

  /** Prepares the answer to an instance that has subscribed at `time`, as far as known here. */
  add(origin: string, time: number): void {
    if (this.#environment.wire === 3) return // it can't answer
    const earliest = time - MARGIN - Math.max(0, this.#lag.value)
    const end = this.#next()
    this.#pending.set(origin, { next: this.#timeline.nextAt(earliest, end), end, at: earliest })
  }

  /** What others may be about to request, because of our latest answers and of those that are pending; all of it once. */
  takeMissed(): Range[] {
    for (const [origin, answer] of this.#pending) {
      this.#note(answer)
      this.#pending.set(origin, { ...answer, end: answer.next })
    }
    this.#forget()
    return this.#told.splice(0).map(({ range }) => range)
  }

  /**
   * The next answers, as many as a heartbeat can carry.
   *
   * @param last the sequence number in that heartbeat: who reads 0 knows where our sequence begins
   * @param age in that heartbeat
   */
  take(last: number, age: number): Told[] {
    if (last === 0) this.#pending.clear()
    const now = this.#environment.clock.now()
    const taken: Told[] = []
    for (const [origin, answer] of this.#pending) {
      if (taken.length === MAX_ENTRIES) break
      this.#pending.delete(origin)
      this.#note(answer)
      // Up to a millisecond more than less: who has asked compares it.
      taken.push({ origin, next: answer.next, age: Math.max(0, Math.floor(age - now + answer.at) + 1) })
    }
    return taken
  }

  #note({ next, end }: Answer): void {
    this.#forget()
    const at = this.#environment.clock.now()
    if (next < end) this.#told.push({ at, range: { from: next, to: end - 1 } })
  }

  #forget(): void {
    const since = this.#environment.clock.now() - REQUESTS
    while (this.#told[0] && this.#told[0].at < since) this.#told.shift()
  }
}
