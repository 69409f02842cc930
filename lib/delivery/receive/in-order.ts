import type { Environment } from '../environment.js'
import type { Range, Unit } from '../wire/unit.js'
import { type ReorderBudget, ReorderBuffer } from './reorder-buffer.js'

/** Delivers the events of one origin in order, each once. `next` is the first missing one; later ones are held. */
export class InOrder {
  /** The sequence number of the next event to deliver. */
  next: number
  readonly #environment: Environment
  readonly #origin: string
  readonly #buffer: ReorderBuffer
  readonly #onProgress: () => void

  /** @param onProgress called before events are delivered, and when new ones are held */
  constructor(
    environment: Environment,
    budget: ReorderBudget,
    origin: string,
    next: number,
    onProgress: () => void
  ) {
    this.#environment = environment
    this.#origin = origin
    this.#buffer = new ReorderBuffer(budget)
    this.#onProgress = onProgress
    this.next = next
  }

  take(unit: Unit): void {
    const { first, count } = unit
    if (first < this.next || this.#buffer.has(first)) this.#environment.counts.duplicate += count
    else if (first > this.next) {
      if (this.#buffer.add(unit)) this.#onProgress()
    } else {
      this.#deliver(unit)
      this.#deliverHeld()
    }
  }

  /** What is missing up to event `to`, in order, at most `most` ranges. */
  missing(to: number, most: number): Range[] {
    return this.#buffer.missing({ from: this.next, to }, most)
  }

  /** Reports events as lost, and delivers the held ones between and after them. */
  giveUp(ranges: readonly Range[]): void {
    const { counts, sink } = this.#environment
    for (const { from, to } of ranges) {
      if (to < this.next) continue // a listener may have closed us meanwhile
      this.next = to + 1
      const missed = to - from + 1
      counts.missed += missed
      sink.gap({ origin: this.#origin, from, to, missed })
      this.#deliverHeld()
    }
  }

  /** Drops held units that begin before `next`: forged units can overlap. */
  dropStale(): void {
    this.#buffer.dropBefore(this.next)
  }

  /** Drops all held units. */
  clear(): void {
    this.#buffer.dropBefore(Number.POSITIVE_INFINITY)
  }

  #deliver({ first, count, payload }: Unit): void {
    const { counts, sink } = this.#environment
    this.next = first + count
    this.#onProgress()
    counts.received += count
    sink.deliver(payload, count)
  }

  #deliverHeld(): void {
    for (let unit = this.#buffer.take(this.next); unit; unit = this.#buffer.take(this.next))
      this.#deliver(unit)
  }
}
