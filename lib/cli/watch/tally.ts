/** Counts events by what they are. */
export class Tally {
  readonly #counts = new Map<string, number>()
  #total = 0
  missed = 0
  #startedAt = performance.now()

  get total(): number {
    return this.#total
  }

  /** Since it was made, or the last `start()` or `reset()`. */
  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000
  }

  /** The most frequent first. */
  get rows(): [what: string, count: number][] {
    return [...this.#counts].sort(([, one], [, other]) => other - one)
  }

  add(what: string, count = 1): void {
    this.#total += count
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count)
  }

  /** The time counts from now on. */
  start(): void {
    this.#startedAt = performance.now()
  }

  reset(): void {
    this.#counts.clear()
    this.#total = this.missed = 0
    this.start()
  }
}
