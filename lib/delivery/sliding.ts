/** The lowest or the highest of the values of the last time, in constant space. */
export class Sliding {
  readonly #pick: (...values: number[]) => number
  readonly #span: number
  #current: number
  #previous: number
  #since = Number.NEGATIVE_INFINITY

  /** @param span for how long a value counts at least, in ms; at most it counts twice as long */
  constructor(pick: typeof Math.min, span: number) {
    this.#pick = pick
    this.#span = span
    this.#current = this.#previous = pick()
  }

  get value(): number {
    return this.#pick(this.#current, this.#previous)
  }

  add(now: number, value: number): void {
    const passed = now - this.#since
    if (passed >= this.#span) {
      this.#previous = passed < 2 * this.#span ? this.#current : this.#pick()
      this.#current = this.#pick()
      this.#since = now
    }
    this.#current = this.#pick(this.#current, value)
  }
}
