import { batch } from './batch.js'
import type { Unit } from './frame.js'
import type { Range } from './range.js'

export interface HistoryLimit {
  /** How many events are kept. */
  events: number
  /** How many bytes they may have, serialised. */
  bytes: number
}

/** The latest events of this instance, within limits: the oldest go first, the newest always stays. */
export class History {
  readonly #limit: HistoryLimit
  #units: Unit[] = []
  /** Where the units begin: those before it have gone. */
  #head = 0
  #bytes = 0
  #next = 1

  constructor(limit: HistoryLimit) {
    this.#limit = limit
  }

  /** The number that the next event will have. */
  get next(): number {
    return this.#next
  }

  /** The number of the oldest event that is still here; `next` where there is none. */
  get oldest(): number {
    return this.#units[this.#head]?.first ?? this.#next
  }

  get bytes(): number {
    return this.#bytes
  }

  get events(): number {
    return this.#next - this.oldest
  }

  /** Numbers the events of `payload` and keeps them. */
  add(payload: Uint8Array, count: number): void {
    this.#units.push({ first: this.#next, count, payload })
    this.#next += count
    this.#bytes += payload.length
    while (this.#isOver() && this.#head < this.#units.length - 1) this.#evict()
  }

  /** As many units from the one of event `number` on as a frame takes, see `batch`; the event has to be here. */
  batch(number: number, bytes: number, end?: number): Unit[] {
    return batch(this.#units, this.#indexOf(number), bytes, end)
  }

  /** What is there of a range. */
  *within({ from, to }: Range): Generator<Unit> {
    for (let index = this.#indexOf(Math.max(from, this.oldest)); index < this.#units.length; index += 1) {
      const unit = this.#units[index] as Unit
      if (unit.first > to) return
      yield unit
    }
  }

  #isOver(): boolean {
    return this.events > this.#limit.events || this.#bytes > this.#limit.bytes
  }

  #evict(): void {
    this.#bytes -= this.#units[this.#head]?.payload.length ?? 0
    this.#head += 1
    if (this.#head < 1024 || this.#head < this.#units.length / 2) return
    this.#units = this.#units.slice(this.#head)
    this.#head = 0
  }

  /** The unit that holds `number`: mostly one of the newest, so it is looked for there first, in steps that double. */
  #indexOf(number: number): number {
    let high = this.#units.length
    let low = high
    for (let step = 1; low > this.#head && number < (this.#units[low]?.first ?? this.#next); step *= 2) {
      high = low
      low = Math.max(this.#head, low - step)
    }
    while (low < high) {
      const middle = (low + high) >> 1
      const { first, count } = this.#units[middle] as Unit
      if (first + count <= number) low = middle + 1
      else high = middle
    }
    return low
  }
}
