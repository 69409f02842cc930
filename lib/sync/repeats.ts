/** The same is reported at most once in this many ms. */
const INTERVAL = 10_000

/** How many different reports are remembered: there may be any number of them. */
const KEPT = 100

/** Tells what was reported lately: errors that repeat are counted, not repeated. */
export class Repeats {
  /** The latest last. */
  readonly #reports = new Map<string, { at: number; suppressed: number }>()

  /**
   * Counts one more.
   *
   * @param now in ms
   * @returns how many were not reported before it; undefined if it is not to be reported either
   */
  note(report: string, now: number): number | undefined {
    const known = this.#reports.get(report)
    if (known && now - known.at < INTERVAL) {
      known.suppressed += 1
      return undefined
    }
    this.#reports.delete(report)
    this.#reports.set(report, { at: now, suppressed: 0 })
    const [oldest] = this.#reports.keys()
    if (this.#reports.size > KEPT && oldest !== undefined) this.#reports.delete(oldest)
    return known?.suppressed ?? 0
  }

  get isEmpty(): boolean {
    return this.#reports.size === 0
  }

  /** What comes from now on is new. */
  clear(): void {
    this.#reports.clear()
  }
}
