import { type Batch, batchOf } from '../wire/batch.js'
import { type Range, sizeOf, type Unit } from '../wire/unit.js'
import type { History } from './history.js'

/** How many ranges can wait: what is requested beyond that is requested again. */
const MAX_RANGES = 1024

/** Ranges of events to be sent again, in order, as there is room for them. */
export class Retransmissions {
  readonly #history: History
  readonly #isAllowed: (unit: Unit) => boolean
  #ranges: Range[] = []

  constructor(history: History, isAllowed: (unit: Unit) => boolean) {
    this.#history = history
    this.#isAllowed = isAllowed
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  add(ranges: readonly Range[]): void {
    const sorted = [...this.#ranges, ...ranges].sort((one, other) => one.from - other.from)
    const merged: Range[] = []
    for (const range of sorted) {
      const before = merged.at(-1)
      if (before && range.from <= before.to + 1)
        merged[merged.length - 1] = { from: before.from, to: Math.max(before.to, range.to) }
      else merged.push(range)
    }
    this.#ranges = merged.slice(0, MAX_RANGES)
  }

  /** The next consecutive units that may be sent, `room` bytes of them, at least one; none if nothing is left. */
  take(room: number): Batch | undefined {
    const units: Unit[] = []
    let size = 0
    while (this.#ranges[0]) {
      const { from, to } = this.#ranges[0]
      for (const unit of this.#history.within({ from, to })) {
        const isNext = unit.first === (units.at(-1)?.first ?? 0) + (units.at(-1)?.count ?? 0)
        if (units.length > 0 && (!isNext || size + sizeOf(unit.payload) > room)) {
          this.#ranges[0] = { from: unit.first, to }
          return batchOf(units)
        }
        if (!this.#isAllowed(unit)) continue
        units.push(unit)
        size += sizeOf(unit.payload)
      }
      this.#ranges.shift()
      if (units.length > 0) break
    }
    return units.length > 0 ? batchOf(units) : undefined
  }
}
