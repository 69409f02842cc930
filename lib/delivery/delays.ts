/** The upper bounds of the buckets, in ms: messages tell their age in whole ms. */
const BOUNDS: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

/** How long messages took, as `app.sync.stats()` shows it. */
export interface DelayStats {
  /** How many took up to so many ms; each bucket includes those before it. */
  buckets: { upTo: number; count: number }[]
  /** Of all, in ms. */
  sum: number
  count: number
}

/** A histogram with fixed buckets: a delay is counted in a few nanoseconds. */
export class Delays {
  /** Of each bucket alone; the last one is of what is above all bounds. */
  readonly #counts: number[] = [...BOUNDS.map(() => 0), 0]
  #sum = 0

  /** @param ms at least 0 */
  add(ms: number): void {
    let index = 0
    while (ms > (BOUNDS[index] ?? Number.POSITIVE_INFINITY)) index += 1
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#sum += ms
  }

  get stats(): DelayStats {
    let count = 0
    const buckets = BOUNDS.map((upTo, index) => {
      count += this.#counts[index] ?? 0
      return { upTo, count }
    })
    return { buckets, sum: this.#sum, count: count + (this.#counts.at(-1) ?? 0) }
  }
}
