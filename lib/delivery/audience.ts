import type { Cancel } from './clock.js'
import type { Environment } from './environment.js'
import type { HeartbeatFrame } from './wire/frame.js'
import { digestOf, type Hears, MAX_ENTRIES } from './wire/sections.js'

/** Who was heard within so many periods is announced as heard. */
const HEARD = 2.5
/** A peer has to omit us for a period, and for so many ms: one that has just woken names who it has heard since. */
const LEAST = 1000
/** A peer has had so many periods to hear us before its silence about us counts. */
const GRACE = 1.5
/** Reconnects because of it are so many periods apart, doubling, and at most so many ms. */
const PAUSE = { periods: 4, longest: 600_000 }

/** Another instance, as far as needed here. */
export interface Member {
  readonly origin: string
  /** How long ago it was heard, and for the first time, in ms. */
  readonly quietFor: number
  readonly knownFor: number
}

export interface AudienceHost {
  readonly origin: string
  members(): Iterable<Member>
  member(origin: string): Member | undefined
  /** How long ago an own message came back on this connection, in ms; infinity if none did. */
  echoedFor(): number
  /** How long one heartbeat of every instance takes, in ms. */
  spread(): number
  /** Other instances do not hear this one, the first of them for `ms`: a new connection is needed. */
  unheard(origins: readonly string[], ms: number): void
}

/** Who hears us: heartbeats announce whom their sender hears, itself included, and a peer that never names us does not. */
export class Audience {
  readonly #environment: Environment
  readonly #host: AudienceHost
  readonly #digest: number
  /** Since when peers do not name us, by origin. */
  readonly #omitted = new Map<string, number>()
  /** Since when what we publish comes back; undefined while it does not. */
  #provenAt: number | undefined
  /** The latest reconnect, and the pause after it. */
  #reconnectedAt = Number.NEGATIVE_INFINITY
  #pause = 0
  #timer: Cancel | undefined
  /** The last digest of the latest slice. */
  #sliceEnd = -1

  constructor(environment: Environment, host: AudienceHost) {
    this.#environment = environment
    this.#host = host
    this.#digest = digestOf(host.origin)
  }

  /** Whom we hear, for our next heartbeat. */
  hears(): Hears {
    const recent = HEARD * this.#period
    const heard = [...this.#host.members()].filter(({ quietFor }) => quietFor <= recent)
    const others = heard.map(({ origin }) => digestOf(origin))
    const hearsItself = !this.#environment.link.echoes || this.#host.echoedFor() <= recent
    const own = hearsItself ? [this.#digest] : []
    const digests = [...new Set([...others, ...own])].sort((one, other) => one - other)
    if (digests.length <= MAX_ENTRIES) return { complete: true, digests }
    // Slices overlap by one, so that all between their ends is covered.
    const start = digests.findLastIndex((digest) => digest <= this.#sliceEnd)
    const slice = digests.slice(Math.max(0, start), Math.max(0, start) + MAX_ENTRIES)
    const end = slice.at(-1) as number
    this.#sliceEnd = end === digests.at(-1) ? -1 : end
    return { complete: false, digests: slice }
  }

  /** The connection is new: what was omitted before tells nothing about it. */
  online(): void {
    this.stop()
    this.#provenAt = undefined
    this.#omitted.clear()
  }

  /** What we publish comes back. */
  proven(): void {
    this.#provenAt = this.#environment.clock.now()
  }

  takeHeartbeat({ origin, hears, leave }: HeartbeatFrame): void {
    const { clock, heartbeat } = this.#environment
    // A peer that does not hear itself either will notice that.
    const isDeaf = hears?.complete && !hears.digests.includes(digestOf(origin))
    if (leave || isDeaf || hears?.digests.includes(this.#digest)) this.#omitted.delete(origin)
    else if (hears && heartbeat > 0 && this.#covers(hears) && this.#shouldHear(origin)) {
      const now = clock.now()
      const since = this.#omitted.get(origin)
      if (since === undefined) this.#omitted.set(origin, now)
      else if (now - since >= this.#patience) this.#prepareReconnect()
    }
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
  }

  get #patience(): number {
    return Math.max(LEAST, this.#period)
  }

  get #period(): number {
    return Math.max(this.#environment.heartbeat, this.#host.spread())
  }

  #covers({ complete, digests }: Hears): boolean {
    return complete || ((digests[0] ?? 0) < this.#digest && this.#digest < (digests.at(-1) ?? 0))
  }

  #shouldHear(origin: string): boolean {
    if (this.#provenAt === undefined) return false
    const since = this.#environment.clock.now() - this.#provenAt
    return Math.min(since, this.#host.member(origin)?.knownFor ?? 0) > GRACE * this.#period
  }

  #prepareReconnect(): void {
    const { clock } = this.#environment
    if (this.#timer || clock.now() < this.#reconnectedAt + this.#pause) return
    // Spread: all at the same place find out at once.
    this.#timer = clock.after((clock.random() * this.#period) / 4, () => {
      this.#timer = undefined
      this.#reconnect()
    })
  }

  #reconnect(): void {
    const { clock, link } = this.#environment
    const now = clock.now()
    for (const origin of this.#omitted.keys()) if (!this.#host.member(origin)) this.#omitted.delete(origin)
    const unheard = [...this.#omitted].filter(([, since]) => now - since >= this.#patience)
    if (unheard.length === 0 || link.status !== 'ready' || link.isBlocked) return
    const isRepeated = now - this.#reconnectedAt < 3 * this.#pause
    const shortest = PAUSE.periods * this.#period
    this.#pause = Math.min(PAUSE.longest, isRepeated ? 2 * this.#pause : shortest)
    this.#reconnectedAt = now
    this.#host.unheard(
      unheard.map(([origin]) => origin),
      now - Math.min(...unheard.map(([, since]) => since))
    )
  }
}
