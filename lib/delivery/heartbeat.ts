import type { Cancel } from './clock.js'
import type { Environment } from './environment.js'

/** Heartbeats of all instances together, a second: the larger the fleet, the rarer each one's are (RFC 3550, section 6.2). */
const FLEET_RATE = 50
/** How soon after the last events a heartbeat follows if they have not been echoed, in ms; then doubling. */
const TAIL = 300
/** An instance that joins is answered within this many ms, or later in a large fleet. */
const REPLY = 50
/** After this many rounds in which nothing was received, or nothing of our own, the connection counts as broken. */
const MAX_SILENT = 3
/** Our messages were found to be lost so often before the next new connection, at most. */
const RARELY = 64
/** After this many rounds in which others were heard, a silent peer has left: more than a mute one takes to recover. */
const MAX_PEER_SILENT = 8

export interface HeartbeatFlags {
  /** Requests the heartbeats of the others. */
  join?: boolean
  /** Requests baselines too. */
  asks?: boolean
  /** Answers the join of another instance. */
  answers?: boolean
}

export interface HeartbeatHost {
  /** Roughly how many other instances there are. */
  fleetSize(): number
  /** Whether the last events have been echoed. */
  isEchoed(): boolean
  /** Whether the broker accepts nothing of us: then nothing of our own can come back. */
  isRejected(): boolean
  /** Whether others were heard over this connection. */
  hasCompany(): boolean
  /** Publishes a heartbeat. */
  publish(flags: HeartbeatFlags): void
  /** A round in which something was received; peers that were silent for `most` of them have left. */
  healthy(most: number): void
  /** Nothing has been received for `ms`, not even our own messages. */
  deaf(ms: number): void
  /** Our own messages have not been received for `ms`, though those of others were. */
  mute(ms: number): void
}

/** Announces the end of our sequence from time to time. Its echo proves that this instance can receive and be received. */
export class Heartbeat {
  readonly #environment: Environment
  readonly #host: HeartbeatHost
  #tick: Cancel | undefined
  #tail: Cancel | undefined
  #reply: Cancel | undefined
  #isStopped = false
  #sentAt = 0
  /** When something was received, and something of our own. */
  #heardAt = 0
  #echoedAt = 0
  #heard = false
  #heardOthers = false
  #awaitsEcho = false
  #silent = 0
  #unechoed = 0
  /** How often in a row our messages were found to be lost. */
  #mutes = 0

  constructor(environment: Environment, host: HeartbeatHost) {
    this.#environment = environment
    this.#host = host
  }

  /** Whether a new connection may help: at once, and then ever more rarely, as our messages were lost over new ones too. */
  get isReconnectDue(): boolean {
    const mutes = this.#mutes
    return mutes !== 2 && (mutes % RARELY === 0 || Number.isInteger(Math.log2(mutes)))
  }

  /** How long ago something of our own was received, in ms. */
  get echoedFor(): number {
    return this.#environment.clock.now() - this.#echoedAt
  }

  start(): void {
    if (this.#environment.heartbeat > 0) this.#scheduleTick()
  }

  /** For good: nothing follows a `leave`. */
  stop(): void {
    this.#isStopped = true
    for (const cancel of [this.#tick, this.#tail, this.#reply]) cancel?.()
    this.#tick = this.#tail = this.#reply = undefined
  }

  /** The link is ready, for the first time or again. */
  online(): void {
    this.#silent = this.#unechoed = 0
    this.#heard = this.#heardOthers = this.#awaitsEcho = false
    this.#heardAt = this.#echoedAt = this.#environment.clock.now()
  }

  /** A frame was received; `own`: it was sent by this instance. */
  hear(own: boolean, now: number): void {
    this.#heard = true
    this.#heardAt = now
    if (!own) {
      this.#heardOthers = true
      return
    }
    // The latest message may still be in transit: any echo will do.
    this.#awaitsEcho = false
    this.#echoedAt = now
    this.#unechoed = this.#mutes = 0
  }

  /** Another instance requests our heartbeat. */
  answer(): void {
    if (this.#reply) return
    const { clock } = this.#environment
    this.#reply = clock.after(Math.max(REPLY, this.spread) * clock.random(), () => {
      this.#reply = undefined
      this.send({ answers: true })
    })
  }

  /** New events were sent: they announce the end of our sequence too. */
  eventsSent(now: number): void {
    const { heartbeat, link } = this.#environment
    this.#sentAt = now
    this.#awaitsEcho = link.echoes
    if (!this.#tail && heartbeat > 0) this.#watchTail(TAIL)
  }

  send(flags: HeartbeatFlags = {}): void {
    const { clock, link } = this.#environment
    if (this.#isStopped || link.status !== 'ready' || link.isBlocked) return
    this.#sentAt = clock.now()
    this.#awaitsEcho = link.echoes
    this.#host.publish(flags)
  }

  /** How long one heartbeat of every instance takes at the fleet's rate, in ms. */
  get spread(): number {
    return (this.#host.fleetSize() / FLEET_RATE) * 1000
  }

  /** For the last events before a pause: no later ones would reveal that they were lost. */
  #watchTail(ms: number): void {
    const { clock, heartbeat, link } = this.#environment
    this.#tail = clock.after(ms, () => {
      this.#tail = undefined
      if (link.echoes && this.#host.isEchoed()) return
      this.send()
      if (link.echoes && ms * 2 < heartbeat) this.#watchTail(ms * 2)
    })
  }

  #scheduleTick(): void {
    const { clock, heartbeat, link } = this.#environment
    const ms = heartbeat * (0.75 + clock.random() / 2) // never in step with others
    const dueAt = clock.now() + ms
    this.#tick = clock.after(ms, () => {
      // A stalled event loop, or a suspended process, has not read its socket: that is not deafness.
      const stalled = clock.now() - dueAt > heartbeat / 2
      this.#scheduleTick()
      if (link.status === 'ready' && !link.isBlocked) this.#onTick(stalled)
    })
  }

  #onTick(stalled: boolean): void {
    const { clock, heartbeat, link } = this.#environment
    const heard = this.#heard
    const heardOthers = this.#heardOthers
    this.#heard = this.#heardOthers = false
    const isAlone = this.#host.isRejected() && (this.#host.fleetSize() === 0 || !this.#host.hasCompany())
    this.#silent = heard || stalled || isAlone ? 0 : this.#silent + 1
    this.#unechoed = !this.#awaitsEcho || stalled ? 0 : this.#unechoed + 1
    const rounds = Math.max(1, Math.ceil(this.spread / heartbeat))
    if (heard && !stalled) this.#host.healthy(MAX_PEER_SILENT * rounds)
    if (link.echoes) this.#checkConnection(heardOthers)
    const isDue = clock.now() - this.#sentAt >= Math.max(0.7 * heartbeat, this.spread)
    if (isDue || !heard || this.#unechoed > 1) this.send()
  }

  #checkConnection(heardOthers: boolean): void {
    const now = this.#environment.clock.now()
    if (this.#silent >= MAX_SILENT) {
      this.#silent = this.#unechoed = 0
      this.#host.deaf(now - this.#heardAt)
    } else if (this.#unechoed >= MAX_SILENT && heardOthers) {
      this.#silent = this.#unechoed = 0
      this.#mutes += 1
      this.#host.mute(now - this.#echoedAt)
    }
  }
}
