import type { Range, Unit } from '../wire/unit.js'

/** What may be held, of one origin and of all, until the missing events before it are received. */
const LIMIT = { events: 50_000, originBytes: 16 * 1024 * 1024, totalBytes: 64 * 1024 * 1024 }

/** What a held unit costs besides its bytes. */
const UNIT_COST = 128

/** The bytes that all reorder buffers together hold. */
export class ReorderBudget {
  used = 0
}

/** A unit that is held. */
interface Held extends Unit {
  /** The age at which its origin sent it for the first time; undefined if it was only received as a retransmission. */
  readonly sentAt: number | undefined
}

/** Units of one origin that were received too early. */
export class ReorderBuffer {
  readonly #units = new Map<number, Held>()
  readonly #budget: ReorderBudget
  #bytes = 0

  constructor(budget: ReorderBudget) {
    this.#budget = budget
  }

  has(first: number): boolean {
    return this.#units.has(first)
  }

  /** The first event of the units that were sent for the first time at that age, or later; infinity if none are held. */
  lowestSent(age: number): number {
    let lowest = Number.POSITIVE_INFINITY
    for (const { first, sentAt } of this.#units.values())
      if (sentAt !== undefined && sentAt >= age && first < lowest) lowest = first
    return lowest
  }

  /** Where the units begin that are held without a gap up to the event before `sequence`; `sequence` if that is not held. */
  runBefore(sequence: number): number {
    return this.#inOrder().reduceRight(
      (start, { first, count }) => (first + count === start ? first : start),
      sequence
    )
  }

  /** A unit that is held was received again, as its origin sent it for the first time. */
  received(first: number, sentAt: number): void {
    const unit = this.#units.get(first)
    if (unit) this.#units.set(first, { ...unit, sentAt })
  }

  /**
   * Keeps a unit; false if there is no room.
   *
   * @param sentAt the age at which its origin sent it for the first time; undefined for a retransmission
   */
  add(unit: Unit, sentAt?: number): boolean {
    const cost = costOf(unit)
    const isFull =
      this.#units.size >= LIMIT.events ||
      this.#bytes + cost > LIMIT.originBytes ||
      this.#budget.used + cost > LIMIT.totalBytes
    if (isFull) return false
    // A copy: the driver's buffer can be larger than the unit, and may be reused.
    this.#units.set(unit.first, { ...unit, payload: Buffer.from(unit.payload), sentAt })
    this.#bytes += cost
    this.#budget.used += cost
    return true
  }

  /** Removes and returns a unit, if it is held. */
  take(first: number): Unit | undefined {
    const unit = this.#units.get(first)
    if (!unit) return undefined
    this.#units.delete(first)
    this.#bytes -= costOf(unit)
    this.#budget.used -= costOf(unit)
    return unit
  }

  /** Drops the units that begin before event `sequence`. */
  dropBefore(sequence: number): void {
    for (const first of this.#units.keys()) if (first < sequence) this.take(first)
  }

  /** What of a range is not held, in order, at most `most` ranges. */
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

  #inOrder(): Held[] {
    return [...this.#units.values()].sort((one, other) => one.first - other.first)
  }
}

function costOf({ payload }: Unit): number {
  return payload.length + UNIT_COST
}
