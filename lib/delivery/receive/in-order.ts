import type { Environment } from '../environment.js'
import type { Batch } from '../wire/batch.js'
import { endAt, type Range, readUnit, type Unit } from '../wire/unit.js'
import { type ReorderBudget, ReorderBuffer } from './reorder-buffer.js'

/** Delivers the events of one origin in order, each once. `next` is the first missing one; later ones are held. */
export class InOrder {
  /** The sequence number of the next event to deliver; 0 until it is known where the sequence begins here. */
  next: number
  readonly #environment: Environment
  readonly #origin: string
  readonly #buffer: ReorderBuffer
  readonly #floor: number
  readonly #onProgress: () => void
  /** The first of the latest events without a payload, not yet reported. */
  #lostFrom: number | undefined

  /**
   * @param floor the lowest that `next` can be
   * @param onProgress called before events are delivered, and when new ones are held
   */
  constructor(
    environment: Environment,
    budget: ReorderBudget,
    { origin, next, floor }: { origin: string; next: number; floor: number },
    onProgress: () => void
  ) {
    this.#environment = environment
    this.#origin = origin
    this.#buffer = new ReorderBuffer(budget)
    this.#onProgress = onProgress
    this.#floor = floor
    this.next = next && Math.max(next, floor)
  }

  get isPlaced(): boolean {
    return this.next > 0
  }

  /** The lowest sequence number of first transmissions that are held, and were sent at that age of their origin or later. */
  lowestSent(age: number): number {
    return this.#buffer.lowestSent(age)
  }

  /**
   * Where to begin if the origin does not tell: with the lowest first transmission that is held, or with event `end` if there is
   * none, and what is held just before. Other retransmissions were for others.
   */
  beginning(end: number): number {
    return this.#buffer.runBefore(Math.min(end, this.#buffer.lowestSent(0)))
  }

  /** Begins the sequence with event `next`, and delivers what is held from it on. */
  place(next: number): void {
    this.next = Math.max(next, this.#floor)
    this.dropStale()
    this.#deliverHeld()
  }

  /** @param sentAt the age at which its origin sent it for the first time; undefined for a retransmission */
  take({ first, bytes }: Batch, sentAt?: number): void {
    let sequence = first
    for (let at = 0; at < bytes.length; at = endAt(bytes, at)) {
      const unit = readUnit(bytes, at, sequence)
      sequence += unit.count
      this.#take(unit, sentAt)
    }
    this.#reportLost()
  }

  /** What is missing up to event `to`, in order, at most `most` ranges. */
  missing(to: number, most: number): Range[] {
    return this.#buffer.missing({ from: this.next, to }, most)
  }

  /** Reports events as lost, and delivers the held ones between and after them. */
  giveUp(ranges: readonly Range[]): void {
    for (const range of ranges) {
      if (range.to < this.next) continue // a listener may have closed us meanwhile
      this.next = range.to + 1
      this.#report(range)
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

  #take(unit: Unit, sentAt: number | undefined): void {
    const { first, count } = unit
    if (first < this.next || this.#buffer.has(first)) {
      this.#environment.counts.duplicate += count
      if (sentAt !== undefined) this.#buffer.received(first, sentAt)
    } else if (first > this.next) {
      if (this.#buffer.add(unit, sentAt)) this.#onProgress()
    } else {
      this.#deliver(unit)
      this.#deliverNext()
    }
  }

  #deliver({ first, count, payload }: Unit): void {
    const { counts, sink } = this.#environment
    // Its origin could not send it: reported together with those after it.
    if (payload.length === 0) this.#lostFrom ??= first
    else this.#reportLost()
    this.next = first + count
    this.#onProgress()
    if (payload.length === 0) return
    counts.received += count
    sink.deliver(payload, count)
  }

  #deliverHeld(): void {
    this.#deliverNext()
    this.#reportLost()
  }

  #deliverNext(): void {
    for (let unit = this.#buffer.take(this.next); unit; unit = this.#buffer.take(this.next))
      this.#deliver(unit)
  }

  #reportLost(): void {
    const from = this.#lostFrom
    this.#lostFrom = undefined
    if (from !== undefined) this.#report({ from, to: this.next - 1 })
  }

  #report({ from, to }: Range): void {
    const { counts, sink } = this.#environment
    const missed = to - from + 1
    counts.missed += missed
    sink.gap({ origin: this.#origin, from, to, missed })
  }
}
