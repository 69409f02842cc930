import type { Cancel } from '../clock.js'
import type { Environment } from '../environment.js'
import { PATIENCE } from './recovery.js'

/** The first pause after a request in ms, doubling, and the longest one without heartbeats. */
const PAUSE = { first: 150, longest: 2000 }

/** After so many requests that an origin could answer, and did not, none is sent any more. */
const MAX_REQUESTS = 8

/** How many first transmissions are noted: later ones have higher numbers. */
const MAX_SEEN = 10_000

export interface FirstSightHost {
  /** Whether origins can receive requests. */
  canNack(): boolean
  /** Whether the answers can be relied on. */
  trustsBaselines(): boolean
  /** Requests baselines of all, unless that is under way; returns in how many ms they may be expected. */
  requestBaselines(): number
}

/** An origin of which it is not known yet where its sequence begins here: requests that of it, and gives up after a while. */
export class FirstSight {
  /** What first transmissions tell: the lowest sequence number was made, or came back, while we were there, unless it is a replay. */
  readonly #seen: { readonly age: number; readonly first: number }[] = []
  readonly #environment: Environment
  readonly #host: FirstSightHost
  readonly #giveUp: (isHeard: boolean) => void
  #requests = 0
  #requestedAt: number
  /** For how long the origin was heard and did not answer, in ms. */
  #ignored = 0
  #isHeard = false
  #timer: Cancel | undefined

  /** @param giveUp called when the origin does not answer though it is heard, or nothing can be requested */
  constructor(environment: Environment, host: FirstSightHost, giveUp: (isHeard: boolean) => void) {
    this.#environment = environment
    this.#host = host
    this.#giveUp = giveUp
    this.#requestedAt = environment.clock.now()
  }

  /** A first transmission that the origin sent at that age. */
  see(age: number, first: number): void {
    if (this.#seen.length < MAX_SEEN) this.#seen.push({ age, first })
  }

  /** The lowest sequence number in those that were sent from that age on; infinity if there are none. */
  lowest(from: number): number {
    return this.#seen.reduce(
      (lowest, { age, first }) => (age < from ? lowest : Math.min(lowest, first)),
      Number.POSITIVE_INFINITY
    )
  }

  /** After a frame of the origin that has not told where its sequence begins. */
  request(): void {
    if (!this.#timer) this.#request()
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
}
