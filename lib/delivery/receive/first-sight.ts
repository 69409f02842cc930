import { SyncError } from '../../errors.js'
import type { Cancel } from '../clock.js'
import type { Environment } from '../environment.js'
import type { HeartbeatFrame } from '../wire/frame.js'
import type { InOrder } from './in-order.js'
import { PATIENCE, type Recovery } from './recovery.js'
import type { Timing } from './timing.js'

/** The first pause after a request in ms, doubling, and the longest one without heartbeats. */
const PAUSE = { first: 150, longest: 2000 }

/** After so many requests that an origin could answer, and did not, none is sent any more. */
const MAX_REQUESTS = 8

/** How long before our subscription what we receive may have been sent, in ms. */
const ON_ITS_WAY = 2000

export interface FirstSightHost {
  /** The origin of this instance. */
  readonly origin: string
  /** Whether origins can receive requests. */
  canNack(): boolean
  /** Whether the answers can be relied on. */
  trustsBaselines(): boolean
  /** An answer was for a subscription that was so much later than ours, in ms. */
  wasLate(ms: number): void
  /** When the subscription of this instance was live for the first time. */
  liveAt(): number
  /** Requests baselines of all, unless that is under way; returns in how many ms they may be expected. */
  requestBaselines(): number
}

/** What is known of an origin. */
export interface Sighted {
  readonly origin: string
  readonly events: InOrder
  readonly recovery: Recovery
  readonly timing: Timing
  /** Its sequence begins here with event `next`. */
  place(next: number): void
}

/** An origin of which it is not known yet where its sequence begins here: requests that of it, and gives up after a while. */
export class FirstSight {
  readonly #environment: Environment
  readonly #host: FirstSightHost
  readonly #sighted: Sighted
  #requests = 0
  #requestedAt: number
  /** For how long the origin was heard and did not answer, in ms. */
  #ignored = 0
  #isHeard = false
  #timer: Cancel | undefined

  constructor(environment: Environment, host: FirstSightHost, sighted: Sighted) {
    this.#environment = environment
    this.#host = host
    this.#sighted = sighted
    this.#requestedAt = environment.clock.now()
  }

  takeHeartbeat({ age, last, baselines = [], ages }: HeartbeatFrame): void {
    const { events, place } = this.#sighted
    const index = baselines.findIndex(({ origin }) => origin === this.#host.origin)
    const baseline = baselines[index]
    // Events that it has not sent yet are still to be received, even if older.
    if (baseline && this.#isTrusted(age, ages?.[index]))
      place(Math.min(baseline.next, last + 1, events.lowestSent(this.#ageWhenLive(age))))
    else if (last === 0) place(1)
  }

  /**
   * Whether a baseline is of the time of our subscription or before: `at` is how old the origin was then, by its own account; 0 if it
   * was not there yet.
   */
  #isTrusted(age: number, at: number | undefined): boolean {
    const { clock, isAuthentic } = this.#environment
    if (!isAuthentic) return this.#host.trustsBaselines()
    if (at === undefined) return false
    if (at === 0) return true
    const bornAt = Math.min(this.#sighted.timing.bornAt, clock.now() - age)
    const late = at - (this.#host.liveAt() - bornAt)
    if (late > 0) this.#host.wasLate(late)
    return late <= 0
  }

  /** After a frame of the origin that has not told where its sequence begins. A retransmission may be of events that are long past. */
  proceed(isRetransmission = false): void {
    if (!this.#host.canNack()) {
      if (!isRetransmission) this.#giveUp(false)
    } else if (!this.#timer) this.#request()
  }

  /** It can't be asked any more: if it is younger than our subscription, it begins with its first event. */
  leave(): void {
    if (this.#isYounger) this.#sighted.place(1)
  }

  heard(): void {
    this.#isHeard = true
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
  }

  #request(): void {
    const { clock, heartbeat, link } = this.#environment
    let pause = PAUSE.first
    this.#requestedAt = clock.now()
    // An origin that is not heard any more is not asked for ever; the link may be back later.
    if (link.status === 'ready' && (this.#isHeard || this.#requests < MAX_REQUESTS)) {
      pause = Math.min(PAUSE.first * 2 ** this.#requests, Math.max(PAUSE.longest, heartbeat))
      this.#requests += 1
      this.#isHeard = false
      pause = Math.max(pause, this.#host.requestBaselines())
    }
    this.#timer = clock.after(pause, () => this.#onTimer())
  }

  #onTimer(): void {
    const { clock, heartbeat } = this.#environment
    if (this.#isHeard || heartbeat === 0) this.#ignored += clock.now() - this.#requestedAt
    // As for NACKs: an origin that is heard may be deaf, and recovers within some periods.
    const isHopeless = this.#requests >= MAX_REQUESTS && this.#ignored >= PATIENCE * heartbeat
    if (isHopeless || !this.#host.canNack()) this.#giveUp(isHopeless)
    else this.#request()
  }

  /**
   * Begins with what is held, or with the next event.
   *
   * @param isHeard whether the origin does not answer though it is heard; else nothing can be requested
   */
  #giveUp(isHeard: boolean): void {
    const { origin, events, recovery, place } = this.#sighted
    const next = events.beginning(recovery.announced + 1)
    const isYounger = this.#isYounger
    if (isHeard) {
      const text = `instance ${origin} is heard but does not answer, its events are delivered from ${next} on`
      this.#environment.sink.error(new SyncError('publish', `feathers-sync: ${text}`))
    }
    place(isYounger ? 1 : next)
    // It does not answer NACKs either.
    if (isHeard && isYounger) events.giveUp([{ from: 1, to: next - 1 }])
  }

  /** How old it was, at least, when our subscription was live. What it sent long before was replayed. */
  #ageWhenLive(age: number): number {
    const { clock, isAuthentic } = this.#environment
    if (!isAuthentic) return 0
    const bornAt = Math.min(this.#sighted.timing.bornAt, clock.now() - age)
    return this.#host.liveAt() - bornAt - ON_ITS_WAY
  }

  get #isYounger(): boolean {
    const { bornAt } = this.#sighted.timing
    return Number.isFinite(bornAt) && bornAt > this.#host.liveAt()
  }
}
