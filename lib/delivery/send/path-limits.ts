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
  #returned = 0

  /** The largest message to send, in bytes. */
  get message(): number {
    return this.#message
  }

  /** How much may be under way without having come back, in bytes. */
  get window(): number {
    return this.#window
  }

  /** A unit is suspected of never getting through: it is sent alone. */
  get isSuspicious(): boolean {
    return this.#strikes > 0
  }

  /**
   * @param underWay how many bytes were not echoed
   * @returns true if the unit has to be given up
   */
  strike(now: number, underWay: number): boolean {
    this.#strikes += 1
    if (this.#strikes >= MAX_STRIKES) {
      this.#strikes = 0
      return true
    }
    this.#ceiling = {
      // Any connection can be lost once: only messages that were lost twice are known to be too large.
      message: this.#strikes > 1 ? Math.max(LEAST.message, this.#message / 2) : DEFAULT.message,
      window: Math.min(this.#ceiling.window, Math.max(DEFAULT.message, underWay / 2))
    }
    this.#ceilingUntil = now + MEMORY
    this.#message = Math.max(LEAST.message, this.#message / STEP)
    this.#window = Math.max(LEAST.window, Math.min(this.#window / STEP, DEFAULT.message))
    this.#returned = 0
    return false
  }

  /** A unit has got through. */
  completed(): void {
    this.#strikes = 0
  }

  /** So many bytes have come back. */
  returned(now: number, bytes: number): void {
    if (this.#message === DEFAULT.message && this.#window === DEFAULT.window) return
    this.#returned += bytes
    if (this.#returned < this.#window) return
    this.#returned = 0
    const { message, window } = now < this.#ceilingUntil ? this.#ceiling : DEFAULT
    if (now >= this.#ceilingUntil) this.#ceiling = DEFAULT
    this.#message = Math.max(this.#message, Math.min(message, this.#message * 2))
    this.#window = Math.max(this.#window, Math.min(window, this.#window * 2))
  }
}
