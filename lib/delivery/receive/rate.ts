interface Mark {
  readonly at: number
  readonly value: number
}

/** The shortest time to compute a rate of, in ms. */
const SHORTEST = 1000

/** How fast a counter has grown over the last one to two rounds: nothing is done when it grows. */
export class Rate {
  /** At the beginning of the round before, and of this one. */
  #older: Mark
  #newer: Mark

  constructor(now: number, value: number) {
    this.#older = this.#newer = { at: now, value }
  }

  /** A round is over. */
  round(now: number, value: number): void {
    this.#older = this.#newer
    this.#newer = { at: now, value }
  }

  /** A second. 0 while the counter is lower than it was: it was reset. */
  at(now: number, value: number): number {
    const { at, value: before } = this.#older
    return (Math.max(0, value - before) * 1000) / Math.max(SHORTEST, now - at)
  }
}
