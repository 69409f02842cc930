/** The size at which a frame is closed, and a larger one is fragmented, in bytes. */
export const FRAME_BYTES = 256 * 1024

/** What is tried at first: the size of a message, and of all that was not echoed yet, in bytes. */
const DEFAULT = { message: FRAME_BYTES, window: 4 * 1024 * 1024 }

/** Each strike divides both by this, down to the least. */
const STEP = 4
const LEAST = { message: 4 * 1024, window: 16 * 1024 }

/** After this many strikes the unit is given up. */
const MAX_STRIKES = 4

/** How long a size that failed is not tried again, in ms. */
const MEMORY = 600_000

/** Any connection can be lost once: a size is known to be too large after two strikes within this time, in ms. */
const REPEATED = 60_000

/** The messages that were under way, in bytes. */
export interface UnderWay {
  readonly bytes: number
  readonly largest: number
}

/**
 * What the broker was found to carry. A connection that is lost, or a refusal, with a unit under way that never completes is a
 * strike: the unit is tried again alone, in smaller messages and fewer of them at a time, and finally given up. Sizes grow back as
 * TCP's congestion window does, but for a while not to those that failed.
 */
export class PathLimits {
  #message = DEFAULT.message
  #window = DEFAULT.window
  #ceiling = DEFAULT
  #ceilingUntil = Number.NEGATIVE_INFINITY
  #strikes = 0
  #struckAt = Number.NEGATIVE_INFINITY
  #returned = 0

  /** The largest message to send, in bytes. */
  get message(): number {
    return this.#message
  }

  /** How much may be under way without having come back, in bytes. */
  get window(): number {
    return this.#window
  }

  /** Whether less is sent than at first. */
  get areReduced(): boolean {
    return this.#message !== DEFAULT.message || this.#window !== DEFAULT.window
  }

  /** A unit is suspected of never getting through: it is sent alone. */
  get isSuspicious(): boolean {
    return this.#strikes > 0
  }

  /** Returns true if the unit has to be given up. */
  strike(now: number, underWay: UnderWay): boolean {
    this.#strikes += 1
    if (this.#strikes < MAX_STRIKES) this.shrink(now, underWay)
    else this.#strikes = 0
    return this.#strikes === 0
  }

  /** What was under way was lost with the connection, or refused. */
  shrink(now: number, { bytes, largest }: UnderWay): void {
    const isRepeated = now - this.#struckAt < REPEATED
    this.#struckAt = now
    // Messages of the least size are not the reason.
    const failed = largest > LEAST.message ? Math.min(this.#message, largest) : Number.POSITIVE_INFINITY
    const known = isRepeated ? Math.max(LEAST.message, Math.floor(failed / 2)) : DEFAULT.message
    this.#ceiling = {
      message: Math.min(this.#ceiling.message, known),
      window: Math.min(this.#ceiling.window, Math.max(DEFAULT.message, bytes / 2))
    }
    this.#ceilingUntil = now + MEMORY
    this.#message = Math.min(this.#message, Math.max(LEAST.message, Math.floor(failed / STEP)))
    this.#window = Math.max(LEAST.window, Math.min(this.#window / STEP, DEFAULT.message))
    this.#returned = 0
  }

  /** A unit has got through. */
  completed(): void {
    this.#strikes = 0
  }

  /** So many bytes have come back while they are reduced. */
  returned(now: number, bytes: number): void {
    this.#returned += bytes
    if (this.#returned < this.#window) return
    this.#returned = 0
    const { message, window } = now < this.#ceilingUntil ? this.#ceiling : DEFAULT
    if (now >= this.#ceilingUntil) this.#ceiling = DEFAULT
    this.#message = Math.max(this.#message, Math.min(message, this.#message * 2))
    this.#window = Math.max(this.#window, Math.min(window, this.#window * 2))
  }
}
