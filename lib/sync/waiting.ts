import { settledWithin } from '../adapters/settled-within.js'

/** Those who wait for something that may happen again and again. */
export class Waiting {
  readonly #proceed = new Set<() => void>()

  /** @param proceed is called when it happens next, once */
  add(proceed: () => void): void {
    this.#proceed.add(proceed)
  }

  /** It has happened. */
  happened(): void {
    for (const proceed of this.#proceed) proceed()
    this.#proceed.clear()
  }

  clear(): void {
    this.#proceed.clear()
  }

  /** Waits for it, and leaves nothing behind. */
  async within(ms: number): Promise<void> {
    let proceed = () => {}
    const next = new Promise<void>((resolve) => {
      proceed = resolve
    })
    this.#proceed.add(proceed)
    await settledWithin(ms, next)
    this.#proceed.delete(proceed)
  }
}
