import type { Cancel } from '../clock.js'
import { unitsOf } from '../wire/batch.js'
import { type BeatFrame, type EventsFrame, MAX_RANGES } from '../wire/frame.js'
import type { Range } from '../wire/range.js'
import type { Unit } from '../wire/unit.js'
import { randomDelay } from './nack-delay.js'
import { Questions } from './nacks.js'
import type { PeerHost } from './peer-host.js'
import { Doubt, MAX_JUMP } from './plausibility.js'
import { Window } from './reorder-buffer.js'

/** What a broker takes to reach all, at a guess, in ms: scales the random delay before asking. */
const REACH = 20
/** How long frames may be late that a leaving origin had sent before, in ms. */
const LATE = 500

/** Another instance, for people. */
export interface PeerStats {
  origin: string
  /** The number of the last of its events that was delivered here. */
  last: number
  /** How much longer its latest frame took than its fastest one, in ms. */
  delay: number
  /** How long ago it was heard, in ms. */
  heard: number
}

/**
 * Another instance as it is seen from here: hands its events on in order, each once, and asks for those that are missing. The
 * first number that is missing is `next`, by definition; all that come after it are held.
 */
export class Peer {
  readonly origin: string
  /** The number of the next event to deliver. */
  next: number
  /** How many rounds of the heartbeat it was not heard. */
  silent = 0
  readonly #host: PeerHost
  readonly #window: Window
  /** The last event it has sent, as far as known. */
  #said: number
  /** The same, as said since the last question; none if undefined. */
  #saidSince: number | undefined
  /** The oldest event that it can send again, as its latest beat since the last question said. */
  #oldest = 0
  readonly #questions = new Questions()
  #wasSuppressed = false
  /** Waits for what may be late, and is then given up: it has said goodbye, or has been silent for long. */
  #leaving: 'said' | 'silent' | undefined
  #timer: Cancel | undefined
  readonly #doubt = new Doubt()
  #heardAt: number
  #transit = 0
  #fastest = Number.POSITIVE_INFINITY

  constructor(host: PeerHost, origin: string, next: number) {
    this.#host = host
    this.origin = origin
    this.next = next
    this.#said = next - 1
    this.#heardAt = host.clock.now()
    this.#window = new Window(host.budget)
  }

  get stats(): PeerStats {
    const now = this.#host.clock.now()
    return {
      origin: this.origin,
      last: this.next - 1,
      delay: Math.max(0, Math.round(this.#transit - this.#fastest)),
      heard: Math.round(now - this.#heardAt)
    }
  }

  takeEvents(frame: EventsFrame): void {
    const { age, resent, first, next } = frame
    const last = next - 1
    this.#hear()
    if (resent ? last - this.next > MAX_JUMP : !this.#note(age, first, last)) return
    this.#said = Math.max(this.#said, last)
    for (const unit of unitsOf(frame)) this.#takeUnit(unit)
    this.#review()
  }

  takeBeat({ age, oldest, last, bye }: BeatFrame): void {
    this.#hear()
    if (!this.#note(age, last + 1, last)) return
    this.#said = Math.max(this.#said, last)
    this.#oldest = oldest
    if (bye) this.#leave('said')
    else this.#review()
  }

  /** Somebody else has asked this origin. */
  overhear(ranges: readonly Range[]): void {
    // Twice in a row would let whoever asks all the time keep us from asking.
    if (!this.#timer || this.#leaving || this.#wasSuppressed) return
    if (!ranges.some(({ from, to }) => from <= this.next && this.next <= to)) return
    this.#wasSuppressed = true
    this.#awaitAnswer()
  }

  /** It is heard no more: what is missing will be given up, and what is held delivered. */
  fade(): void {
    if (!this.#leaving) this.#leave('silent')
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
    this.#window.dropBefore(Number.POSITIVE_INFINITY)
  }

  #leave(reason: 'said' | 'silent'): void {
    this.#leaving = reason
    this.#schedule(LATE)
  }

  #hear(): void {
    if (this.#leaving === 'silent') this.#leaving = undefined
    this.silent = 0
    this.#heardAt = this.#host.clock.now()
  }

  /** Notes what a frame says of its origin's numbers. False: not to be believed. */
  #note(age: number, first: number, last: number): boolean {
    this.#transit = this.#heardAt - age
    this.#fastest = Math.min(this.#fastest, this.#transit)
    const verdict = this.#doubt.judge(this.#heardAt, this.next, last)
    if (verdict === 'refused') return false
    if (verdict === 'renumbered') this.#renumber(first)
    this.#saidSince = Math.max(this.#saidSince ?? 0, last)
    return true
  }

  #renumber(first: number): void {
    this.#window.dropBefore(Number.POSITIVE_INFINITY)
    this.next = first
    this.#said = first - 1
    this.#host.renumbered(this.origin)
  }

  #takeUnit(unit: Unit): void {
    const { first, count } = unit
    if (first < this.next || this.#window.has(first)) this.#host.duplicate(count)
    else if (first > this.next) {
      if (this.#window.add(unit)) this.#progress()
    } else {
      this.#deliver(unit)
      this.#deliverHeld()
    }
  }

  #deliver(unit: Unit): void {
    this.next = unit.first + unit.count
    this.#progress()
    this.#host.deliver(unit)
  }

  #deliverHeld(): void {
    for (let unit = this.#window.take(this.next); unit; unit = this.#window.take(this.next))
      this.#deliver(unit)
  }

  #progress(): void {
    if (!this.#questions.arePending) return
    this.#questions.settle()
    if (!this.#leaving) this.#schedule(randomDelay(this.#host.clock, this.#host.group(), REACH))
  }

  /** Starts or ends asking, after something came in. */
  #review(): void {
    if (this.#leaving) return
    if (this.next > this.#said) {
      this.#timer?.()
      this.#timer = undefined
      this.#questions.settle()
      this.#window.dropBefore(this.next)
    } else if (!this.#timer) this.#schedule(randomDelay(this.#host.clock, this.#host.group(), REACH))
  }

  #schedule(ms: number): void {
    this.#timer?.()
    this.#timer = this.#host.clock.after(ms, () => {
      this.#timer = undefined
      this.#onTimer()
    })
  }

  #onTimer(): void {
    const { beats, canAsk, ask, left, clock, patience } = this.#host
    if (this.#leaving) {
      this.#giveUp(this.#missing(Number.POSITIVE_INFINITY))
      left(this.origin)
      return
    }
    if (this.#questions.arePending && (this.#saidSince !== undefined || !beats)) {
      this.#questions.ignored()
      // A number that it doesn't confirm when asked was forged.
      this.#said = Math.max(this.next - 1, this.#saidSince ?? this.#said)
      if (this.#oldest > this.next) this.#giveUp(this.#missing(MAX_RANGES, this.#oldest - 1))
    }
    const missing = this.#missing(MAX_RANGES)
    if (missing.length > 0 && canAsk() && !this.#questions.areHopeless(clock.now(), patience)) {
      this.#wasSuppressed = false
      ask(this.origin, missing)
      this.#awaitAnswer()
    } else {
      this.#giveUp(missing)
      this.#review()
    }
  }

  #awaitAnswer(): void {
    const { clock, group } = this.#host
    const pause = this.#questions.ask(clock.now())
    this.#saidSince = undefined
    this.#oldest = 0
    this.#schedule(pause + randomDelay(clock, group(), REACH))
  }

  #missing(most: number, end = this.#said): Range[] {
    return this.#window.missing({ from: this.next, to: end }, most)
  }

  /** Reports events as gone, and delivers those between and behind them. */
  #giveUp(ranges: readonly Range[]): void {
    for (const range of ranges) {
      if (range.to < this.next) continue // a listener can have closed us meanwhile
      this.next = range.to + 1
      this.#host.gap(this.origin, range)
      this.#deliverHeld()
    }
    this.#questions.settle()
  }
}
