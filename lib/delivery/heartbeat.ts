import type { Link } from '../adapters/link.js'
import type { Cancel, Clock } from './clock.js'

/** Beats of all instances together, a second: the more there are, the rarer each one's are (RFC 3550, section 6.2). */
const FLEET_RATE = 50
/** How soon it is asked whether the last events have come back, in ms; then doubling. */
const TAIL = 300
/** An instance that joins is answered within so many ms, or later in a large fleet. */
const REPLY = 50
/** Rounds on time in which nothing came in, or nothing of our own. */
const MAX_SILENT = 3
/** Rounds in which others were heard, after which a silent one counts as gone: longer than it takes a mute one to mend itself. */
const MAX_PEER_SILENT = 8

export interface HeartbeatOptions {
  readonly link: Link
  readonly clock: Clock
  /** The period of a small fleet, in ms; 0: no beats but those that are asked for. */
  readonly period: number
  /** How many other instances there are, at a guess. */
  fleet(): number
  /** Have the last events come back? */
  isEchoed(): boolean
  beat(flags: { join: boolean }): void
  /** A round in which we heard; others that were silent for `most` of them are gone. */
  healthy(most: number): void
  /** Nothing comes in, not even what we publish. */
  deaf(): void
  /** What we publish doesn't come back, though others are heard. */
  mute(): void
}

/** Tells the others our last number, now and then. What comes back of it proves that this instance can hear and be heard. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  #tick: Cancel | undefined
  #tail: Cancel | undefined
  #reply: Cancel | undefined
  #sentAt = 0
  #heard = false
  #awaitsEcho = false
  #silent = 0
  #unechoed = 0
  /** How often in a row it was found that what we publish is lost. */
  #mutes = 0

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Is what we publish lost, over a new connection too? */
  get isMute(): boolean {
    return this.#mutes > 1
  }

  start(): void {
    if (this.#options.period > 0) this.#scheduleTick()
  }

  stop(): void {
    for (const cancel of [this.#tick, this.#tail, this.#reply]) cancel?.()
    this.#tick = this.#tail = this.#reply = undefined
  }

  /** The link is ready, for the first time or again. */
  online(): void {
    this.#silent = this.#unechoed = 0
    this.#heard = this.#awaitsEcho = false
    // A fleet that comes back all at once doesn't ask all at once.
    this.#replyWithin(this.#spread(), true)
  }

  /** Something came in; `own`: it was sent by this instance. */
  hear(own: boolean): void {
    this.#heard = true
    if (!own) return
    // What was sent last may still be under way.
    this.#awaitsEcho = false
    this.#unechoed = this.#mutes = 0
  }

  /** Another instance asks for our beat. */
  answer(): void {
    this.#replyWithin(Math.max(REPLY, this.#spread()), false)
  }

  /** Events were sent for the first time: they tell our last number too. */
  sent(): void {
    this.#sentAt = this.#options.clock.now()
    this.#awaitsEcho = this.#options.link.echoes
    if (!this.#tail && this.#options.period > 0) this.#watchTail(TAIL)
  }

  beat(join = false): void {
    if (this.#options.link.status !== 'ready') return
    this.#sentAt = this.#options.clock.now()
    this.#awaitsEcho = this.#options.link.echoes
    this.#options.beat({ join })
  }

  /** How long the beats of all take at the fleet's rate, in ms. */
  #spread(): number {
    return (this.#options.fleet() / FLEET_RATE) * 1000
  }

  #replyWithin(ms: number, join: boolean): void {
    if (this.#reply && !join) return
    this.#reply?.()
    this.#reply = this.#options.clock.after(ms * this.#options.clock.random(), () => {
      this.#reply = undefined
      this.beat(join)
    })
  }

  /** The last events before a pause: nothing after them shows that they were lost. */
  #watchTail(ms: number): void {
    const { clock, link, isEchoed, period } = this.#options
    this.#tail = clock.after(ms, () => {
      this.#tail = undefined
      if (link.echoes && isEchoed()) return
      this.beat()
      if (link.echoes && ms * 2 < period) this.#watchTail(ms * 2)
    })
  }

  #scheduleTick(): void {
    const { clock, period } = this.#options
    const ms = period * (0.75 + clock.random() / 2) // never in step with others
    const dueAt = clock.now() + ms
    this.#tick = clock.after(ms, () => {
      // A loop that stalled, or a process that was stopped, has not read what came in: that is no deafness.
      const stalled = clock.now() - dueAt > period / 2
      this.#scheduleTick()
      if (this.#options.link.status === 'ready') this.#onTick(stalled)
    })
  }

  #onTick(stalled: boolean): void {
    const { clock, period, healthy } = this.#options
    const heard = this.#heard
    this.#heard = false
    this.#silent = heard || stalled ? 0 : this.#silent + 1
    this.#unechoed = !this.#awaitsEcho || stalled ? 0 : this.#unechoed + 1
    const rounds = Math.max(1, Math.ceil(this.#spread() / period))
    if (heard && !stalled) healthy(MAX_PEER_SILENT * rounds)
    if (this.#options.link.echoes) this.#prove()
    const isDue = clock.now() - this.#sentAt >= Math.max(0.7 * period, this.#spread())
    if (isDue || !heard || this.#unechoed > 1) this.beat()
  }

  #prove(): void {
    if (this.#silent >= MAX_SILENT) {
      this.#silent = this.#unechoed = 0
      this.#options.deaf()
    } else if (this.#unechoed >= MAX_SILENT) {
      this.#silent = this.#unechoed = 0
      this.#mutes += 1
      this.#options.mute()
    }
  }
}
