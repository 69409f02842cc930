/** Seeded randomness: the same numbers for the same seed. */
export class Random {
  #state: number

  constructor(seed: number | string) {
    this.#state = 0
    for (const character of String(seed))
      this.#state = (Math.imul(this.#state, 31) + character.charCodeAt(0)) | 0
  }

  /** From 0 to less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `low` to `high`. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  /** The same, small ones as often as large ones: each order of magnitude has an equal share. */
  magnitude(low: number, high: number): number {
    return Math.round(low * (high / low) ** this.next())
  }

  /** True with a probability. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One of the names, by its weight. */
  weighted<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      rest -= weight
      if (rest < 0) return name
    }
    return (entries.at(-1) as [Name, number])[0]
  }
}
