import type { Cancel } from '../clock.js'
import type { Environment } from '../environment.js'
import { MAX_RANGES } from '../wire/frame.js'
import type { Range } from '../wire/unit.js'
import type { InOrder } from './in-order.js'
import { Nacks, nackDelay } from './nacks.js'

/** Roughly how long a broker takes to reach all instances, in ms: scales the random delay before a NACK. */
const REACH = 20

/** How long frames that a leaving origin sent before may be late, in ms. */
const LATE = 500

/** How long frames may be late for who can't send a NACK, in ms. */
const LATE_WITHOUT_NACK = 2000

/** For so long after a fragment the rest of its frame is awaited, in ms. */
const FRAGMENT_PAUSE = 1000

/** A deaf instance notices it after at most four heartbeats of up to 1.25 periods each, and reconnects within one more. */
export const PATIENCE = 6

/** Sends NACKs. None of it throws. */
export interface NackSender {
  /** Whether the origins can receive them. */
  canNack(): boolean
  nack(target: string, ranges: readonly Range[]): void
}

export interface RecoveryHost extends NackSender {
  /** Roughly how many instances may send the same NACK. */
  groupSize(): number
  /** An origin has left, and its events are settled. */
  left(origin: string): void
}

/**
 * Recovers the missing events of one origin: sends NACKs until they are retransmitted, and gives them up when the origin no
 * longer has them, does not answer, or has left.
 */
export class Recovery {
  readonly #environment: Environment
  readonly #host: RecoveryHost
  readonly #origin: string
  readonly #events: InOrder
  readonly #nacks = new Nacks()
  /** The last event that the origin has sent, as far as known. */
  #announced: number
  /** The same, as confirmed since the last NACK; undefined if it was not heard since. */
  #confirmed: number | undefined
  /** The oldest event that it can retransmit, from its latest heartbeat since the last NACK. */
  #oldest = 0
  #wasSuppressed = false
  /** The origin has announced that it leaves, or has been silent for long: late frames are awaited, then the rest is given up. */
  #leaving: 'announced' | 'silent' | undefined
  /** Without NACKs: until when event `next` is awaited. */
  #wait = { next: 0, until: 0 }
  /** Until when the fragments of the event `first` are awaited. */
  #fragments = { first: Number.POSITIVE_INFINITY, until: 0 }
  #timer: Cancel | undefined

  constructor(environment: Environment, host: RecoveryHost, origin: string, events: InOrder) {
    this.#environment = environment
    this.#host = host
    this.#origin = origin
    this.#events = events
    this.#announced = events.next - 1
  }

  /** The last event that the origin has sent, as far as known. */
  get announced(): number {
    return Math.max(0, this.#announced)
  }

  /** The origin is heard: if it was considered gone, it is not. */
  heard(): void {
    if (this.#leaving === 'silent') this.#leaving = undefined
  }

  /** A frame shows that the origin has sent events up to `last`. */
  announce(last: number): void {
    this.#announced = Math.max(this.#announced, last)
  }

  /** The same for a frame that is not a retransmission: it tells the current end of the sequence. */
  confirm(last: number): void {
    this.#confirmed = Math.max(this.#confirmed ?? 0, last)
  }

  /** The origin can retransmit from event `oldest` on. */
  available(oldest: number): void {
    this.#oldest = oldest
  }

  /** The sequence was reset to `events.next`. */
  reset(): void {
    this.#announced = this.#events.next - 1
  }

  /** A fragment of the frame of event `first` was received, which may be a retransmission for others. */
  takeFragment(first: number, isLast: boolean): void {
    if (!this.#events.isPlaced || first < this.#events.next || this.#leaving) return
    this.#fragments = { first, until: isLast ? 0 : this.#environment.clock.now() + FRAGMENT_PAUSE }
    this.progress()
    if (isLast && this.#timer) this.#scheduleNack()
  }

  /** New events were received. */
  progress(): void {
    if (!this.#nacks.arePending) return
    this.#nacks.settle()
    if (!this.#leaving) this.#scheduleNack()
  }

  /** Starts or ends recovery, after a frame was received. */
  review(): void {
    if (this.#leaving) return
    if (this.#events.next > this.#announced) {
      this.stop()
      this.#nacks.settle()
      this.#events.dropStale()
    } else if (!this.#timer) this.#scheduleNack()
  }

  /** Another instance has sent a NACK to this origin. */
  overhear(ranges: readonly Range[]): void {
    // Suppressed only once in a row: an instance that sends NACKs all the time must not keep us from sending ours.
    if (!this.#timer || this.#leaving || this.#wasSuppressed) return
    const { next } = this.#events
    if (!ranges.some(({ from, to }) => from <= next && next <= to)) return
    this.#wasSuppressed = true
    this.#awaitAnswer()
  }

  leave(reason: 'announced' | 'silent'): void {
    if (reason === 'silent' && this.#leaving) return
    this.#leaving = reason
    this.#schedule(LATE)
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
  }

  #scheduleNack(): void {
    this.#schedule(this.#delay())
  }

  #delay(): number {
    return nackDelay(this.#environment.clock, this.#host.groupSize(), REACH)
  }

  #schedule(ms: number): void {
    this.#timer?.()
    this.#timer = this.#environment.clock.after(ms, () => {
      this.#timer = undefined
      if (this.#leaving) this.#finish()
      else this.#onTimer()
    })
  }

  #finish(): void {
    if (!this.#events.isPlaced) this.#events.place(this.#events.beginning(this.announced + 1))
    this.#giveUp(this.#events.missing(this.#announced, Number.POSITIVE_INFINITY))
    this.#host.left(this.#origin)
  }

  #onTimer(): void {
    if (!this.#events.isPlaced) return // it was about to leave, and did not
    const { clock, heartbeat } = this.#environment
    // Without heartbeats, an origin that is not heard may still be there.
    if (this.#nacks.arePending && (this.#confirmed !== undefined || heartbeat === 0)) this.#onNoAnswer()
    const { first, until } = this.#fragments
    // What is on its way in fragments, and what is sent after it, is not requested.
    const to = until > clock.now() ? Math.min(this.#announced, first - 1) : this.#announced
    const missing = this.#events.missing(to, MAX_RANGES)
    const isHopeless = this.#nacks.areHopeless(clock.now(), PATIENCE * heartbeat)
    if (missing.length === 0 && to < this.#announced) this.#schedule(until - clock.now())
    else if (missing.length > 0 && !this.#host.canNack() && this.#isLate()) return
    else if (missing.length > 0 && this.#host.canNack() && !isHopeless) {
      this.#wasSuppressed = false
      this.#host.nack(this.#origin, missing)
      this.#awaitAnswer()
    } else {
      this.#giveUp(missing)
      this.review()
    }
  }

  /** Whether event `next` is still awaited, without a NACK. */
  #isLate(): boolean {
    const { next } = this.#events
    const now = this.#environment.clock.now()
    if (this.#wait.next !== next) this.#wait = { next, until: now + LATE_WITHOUT_NACK }
    if (now >= this.#wait.until) return false
    this.#schedule(this.#wait.until - now)
    return true
  }

  #onNoAnswer(): void {
    const { next } = this.#events
    this.#nacks.ignored()
    // A sequence number that the origin does not confirm after a NACK was forged, if it can be.
    if (!this.#environment.isAuthentic)
      this.#announced = Math.max(next - 1, this.#confirmed ?? this.#announced)
    if (this.#oldest > next) this.#giveUp(this.#events.missing(this.#oldest - 1, MAX_RANGES))
  }

  #awaitAnswer(): void {
    const pause = this.#nacks.send(this.#environment.clock.now())
    this.#confirmed = undefined
    this.#oldest = 0
    this.#schedule(pause + this.#delay())
  }

  #giveUp(ranges: readonly Range[]): void {
    this.#events.giveUp(ranges)
    this.#nacks.settle()
  }
}
