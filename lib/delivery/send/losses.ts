import type { Range } from '../wire/unit.js'

/** Which own events were counted as lost: of those that have not come back, so that none of them is counted again. */
export class Losses {
  #ranges: Range[] = []

  /** Returns how many of them are new. */
  add({ from, to }: Range): number {
    let [first, known] = [from, 0]
    const others: Range[] = []
    for (const range of this.#ranges) {
      known += Math.max(0, Math.min(to, range.to) - Math.max(from, range.from) + 1)
      if (range.to === from - 1) first = range.from
      else if (range.from < from) others.push({ from: range.from, to: Math.min(range.to, from - 1) })
      if (range.to > to) others.push({ from: Math.max(range.from, to + 1), to: range.to })
    }
    this.#ranges = [...others, { from: first, to }]
    return to - from + 1 - known
  }

  /** How many there are from event `sequence` on. Those before it are forgotten. */
  from(sequence: number): number {
    this.#ranges = this.#ranges
      .filter(({ to }) => to >= sequence)
      .map(({ from, to }) => ({ from: Math.max(from, sequence), to }))
    return this.#ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  }
}
