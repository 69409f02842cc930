/** The longest pause between two attempts to reach a broker, in ms. */
export const MAX_DELAY = 1000

/** The pause before the `attempt`th try, from 1, in ms: doubling, and jittered so that the instances of a fleet don't return at the same moment. */
export function reconnectDelay(attempt: number): number {
  const base = Math.min(MAX_DELAY, 50 * 2 ** (attempt - 1))
  return Math.round(base * (0.5 + Math.random() / 2))
}

/** Growing pauses that can be cut short. */
export class Backoff {
  #attempt = 0
  #cancelled = false
  #wake: (() => void) | undefined

  /** Resolves after the next pause, or at once when cancelled. */
  async wait(): Promise<void> {
    if (this.#cancelled) return
    this.#attempt += 1
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, reconnectDelay(this.#attempt))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  reset(): void {
    this.#attempt = 0
  }

  cancel(): void {
    this.#cancelled = true
    this.#wake?.()
  }
}
