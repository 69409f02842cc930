import type { Unit } from './frame.js'
import type { Range } from './range.js'

export interface HistoryLimit {
  /** How many events are kept. */
  events: number
  /** How many bytes they may have, serialised. */
  bytes: number
}

/** A unit, and when it was last sent again. */
export interface Entry extends Unit {
  resentAt: number
}

/** The latest events of this instance, within limits: the oldest go first, the newest always stays. */
export class History {
  readonly #limit: HistoryLimit
  #entries: Entry[] = []
  /** Where the entries begin: those before it have gone. */
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
    return this.#entries[this.#head]?.first ?? this.#next
  }

  get bytes(): number {
    return this.#bytes
  }

  get events(): number {
    return this.#next - this.oldest
  }

  /** Numbers the events of `payload` and keeps them. */
  add(payload: Uint8Array, count: number): void {
    this.#entries.push({ first: this.#next, count, payload, resentAt: Number.NEGATIVE_INFINITY })
    this.#next += count
    this.#bytes += payload.length
    while (this.#isOver() && this.#head < this.#entries.length - 1) this.#evict()
  }

  /** The entries from the one of event `number` on; `number` itself has to be there. */
  *from(number: number): Generator<Entry> {
    for (let index = this.#indexOf(number); index < this.#entries.length; index += 1) {
      yield this.#entries[index] as Entry
    }
  }

  /** What is there of a range. */
  *within({ from, to }: Range): Generator<Entry> {
    for (const entry of this.from(Math.max(from, this.oldest))) {
      if (entry.first > to) return
      yield entry
    }
  }

  #isOver(): boolean {
    return this.events > this.#limit.events || this.#bytes > this.#limit.bytes
  }

  #evict(): void {
    this.#bytes -= this.#entries[this.#head]?.payload.length ?? 0
    this.#head += 1
    if (this.#head < 1024 || this.#head < this.#entries.length / 2) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }

  /** The entry that holds `number`, found by halving. */
  #indexOf(number: number): number {
    let low = this.#head
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      const { first, count } = this.#entries[middle] as Entry
      if (first + count <= number) low = middle + 1
      else high = middle
    }
    return low
  }
}
