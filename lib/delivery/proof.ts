import type { Cancel } from './clock.js'
import type { Environment } from './environment.js'

/** Joins of a whole fleet that is back at the same moment, a second. */
const JOIN_RATE = 1000
/** How soon a join is repeated if it has not come back, in ms; then doubling, up to the heartbeat's period. */
const REPEAT = 300
/** The longest pause without heartbeats, in ms. */
const LONGEST = 5000

export interface ProofHost {
  /** How long this origin has existed, in ms. */
  age(): number
  /** Roughly how many other instances there are. */
  fleetSize(): number
  join(): void
  /** What was published has come back. */
  proven(): void
  /** The connection can only receive; `wasProven`: before, it could do both. */
  refused(wasProven: boolean): void
}

/** `refused`: the broker accepts nothing of this instance, or passes nothing on. */
type State = 'open' | 'proven' | 'refused'

/** Whether what this instance publishes gets through: proven by the return of its own frames, on each connection anew. */
export class Proof {
  readonly #environment: Environment
  readonly #host: ProofHost
  #state: State = 'open'
  #wasProven = false
  #refusedAt = 0
  #repeat: Cancel | undefined
  /** Whether the driver has refused the latest frame. */
  #isRejected = false
  /** The age at which the connection was ready: older frames prove nothing. */
  #from = 0

  constructor(environment: Environment, host: ProofHost) {
    this.#environment = environment
    this.#host = host
  }

  get isProven(): boolean {
    return this.#state === 'proven'
  }

  /** Whether a connection was proven, this one or one before. */
  get wasProven(): boolean {
    return this.#wasProven
  }

  /** When it was found that the connection can only receive. */
  get refusedAt(): number {
    return this.#refusedAt
  }

  get isReceiveOnly(): boolean {
    return this.#state === 'refused'
  }

  /** Whether nothing is accepted at present: then nothing comes back either. */
  get isRejected(): boolean {
    return this.isReceiveOnly && this.#isRejected
  }

  /** The link is ready, for the first time or again. */
  online(): void {
    const { clock, link, wire } = this.#environment
    this.stop()
    this.#state = 'open'
    this.#from = this.#host.age()
    if (wire === 4) this.#schedule(clock.random() * (this.#host.fleetSize() / JOIN_RATE) * 1000, REPEAT)
    if (wire === 3 || !link.echoes) this.#prove()
  }

  /** An own frame has come back; `age`: how old this origin was when it was sent. */
  takeOwn(age = -1): void {
    if (this.isProven || age < this.#from) return
    this.stop()
    this.#prove()
  }

  /** A frame was published: that is all that can be known without echo. */
  published(): void {
    this.#isRejected = false
    if (!this.#environment.link.echoes && this.isReceiveOnly) this.#prove()
  }

  /** The broker has refused a frame. */
  reject(): void {
    this.#isRejected = true
    this.refuse()
  }

  /** The broker has refused a frame, or does not pass any on. */
  refuse(): void {
    const { link } = this.#environment
    if (link.status !== 'ready' || this.isReceiveOnly) return
    const wasProven = this.isProven
    this.#state = 'refused'
    this.#refusedAt = this.#environment.clock.now()
    if (!this.#repeat) this.#schedule(REPEAT, 2 * REPEAT)
    this.#host.refused(wasProven)
  }

  stop(): void {
    this.#repeat?.()
    this.#repeat = undefined
  }

  #prove(): void {
    this.#state = 'proven'
    this.#wasProven = true
    this.#host.proven()
  }

  #schedule(ms: number, pause: number): void {
    const { clock, heartbeat, link } = this.#environment
    this.#repeat = clock.after(ms, () => {
      this.#repeat = undefined
      if (link.status !== 'ready') return // goes on when it is back
      this.#host.join()
      const isOpen = link.echoes ? !this.isProven : this.isReceiveOnly
      if (isOpen) this.#schedule(pause, Math.min(2 * pause, heartbeat || LONGEST))
    })
  }
}
