import { reason } from '../errors.js'

/** The longest pause between two attempts, in ms: where nobody listens yet, and where the broker drops the connection. */
export const MAX_DELAY = 1000
const MAX_DROPPED_DELAY = 5000

/** A connection that is lost earlier has died young: the pauses after such ones grow from one to the other, in ms. */
const STABLE = 5000
const FIRST_FLAPPING_DELAY = 250
const MAX_FLAPPING_DELAY = 30_000

/** The pause before the `attempt`th try, from 1, in ms: doubling, and jittered so that the instances of a fleet don't return at the same moment. */
export function reconnectDelay(attempt: number, most = MAX_DELAY, first = 50): number {
  const base = Math.min(most, first * 2 ** (attempt - 1))
  return Math.round(base * (0.5 + Math.random() / 2))
}

/** Growing pauses that can be cut short. */
export class Backoff {
  #attempt = 0
  #readyAt = 0
  #youngDeaths = 0
  #cancelled = false
  #wake: (() => void) | undefined

  /** Connections die young, one after the other: attempts need long pauses now. */
  get isFlapping(): boolean {
    return this.#youngDeaths > 1
  }

  /** To be called when the connection is ready. */
  ready(): void {
    this.#readyAt = performance.now()
  }

  /** To be called when a connection that was ready is lost. */
  lost(): void {
    if (performance.now() - this.#readyAt < STABLE) this.#youngDeaths += 1
    else {
      this.#youngDeaths = 0
      this.#attempt = 0
    }
  }

  /**
   * The next pause, in ms: for who waits by other means.
   *
   * @param failure what the last attempt failed with; none where a connection was lost
   * @param constant takes the place of growing pauses, except of longer ones between connections that die young
   */
  next(failure?: unknown, constant?: number): number {
    this.#attempt += 1
    if (failure === undefined && this.isFlapping) {
      const delay = reconnectDelay(this.#youngDeaths - 1, MAX_FLAPPING_DELAY, FIRST_FLAPPING_DELAY)
      return Math.max(delay, constant ?? 0)
    }
    if (constant !== undefined) return constant
    const dropped = failure !== undefined && !isUnreachable(failure)
    return reconnectDelay(this.#attempt, dropped ? MAX_DROPPED_DELAY : MAX_DELAY)
  }

  /** Resolves after the next pause, or at once when cancelled. */
  async wait(failure?: unknown, constant?: number): Promise<void> {
    if (this.#cancelled) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.next(failure, constant))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  cancel(): void {
    this.#cancelled = true
    this.#wake?.()
  }
}

/** Has no broker answered at all? It may be there the next moment. */
function isUnreachable(failure: unknown): boolean {
  return /refused|ENOENT|ENOTFOUND|EAI_AGAIN|UNREACH|ETIMEDOUT|timeout/i.test(reason(failure))
}
