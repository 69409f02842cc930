import type { Range } from '../wire/range.js'
import type { Unit } from '../wire/unit.js'

/** What may be held of one origin, and of all, until what is missing before it has come. */
const LIMIT = { events: 50_000, originBytes: 16 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 }

/** What a held unit costs besides its bytes. */
const UNIT_COST = 128

/** The bytes that all windows together hold. */
export class WindowBudget {
  used = 0
}

/** Units of one origin that came before their turn. */
export class Window {
  readonly #units = new Map<number, Unit>()
  readonly #budget: WindowBudget
  #bytes = 0

  constructor(budget: WindowBudget) {
    this.#budget = budget
  }

  has(first: number): boolean {
    return this.#units.has(first)
  }

  /** Keeps a unit; false where there is no room. */
  add(unit: Unit): boolean {
    const cost = costOf(unit)
    const isFull =
      this.#units.size >= LIMIT.events ||
      this.#bytes + cost > LIMIT.originBytes ||
      this.#budget.used + cost > LIMIT.totalBytes
    if (isFull) return false
    // A copy: the driver's buffer can be larger than the unit, and may be used again.
    this.#units.set(unit.first, { ...unit, payload: Buffer.from(unit.payload) })
    this.#bytes += cost
    this.#budget.used += cost
    return true
  }

  /** Takes a unit out, if it is there. */
  take(first: number): Unit | undefined {
    const unit = this.#units.get(first)
    if (!unit) return undefined
    this.#units.delete(first)
    this.#bytes -= costOf(unit)
    this.#budget.used -= costOf(unit)
    return unit
  }

  /** Drops what begins before `number`: forged units can overlap. */
  dropBefore(number: number): void {
    for (const first of this.#units.keys()) if (first < number) this.take(first)
  }

  /** What of a range is not here, in order, `most` ranges at most. */
  missing({ from, to }: Range, most: number): Range[] {
    const ranges: Range[] = []
    let next = from
    for (const { first, count } of this.#inOrder()) {
      if (ranges.length === most || next > to) break
      if (first > next) ranges.push({ from: next, to: Math.min(first - 1, to) })
      next = Math.max(next, first + count)
    }
    if (ranges.length < most && next <= to) ranges.push({ from: next, to })
    return ranges
  }

  #inOrder(): Unit[] {
    return [...this.#units.values()].sort((one, other) => one.first - other.first)
  }
}

function costOf({ payload }: Unit): number {
  return payload.length + UNIT_COST
}
