import type { SyncGap } from '../../lib/index.js'
import type { Delivered, Gap } from './protocol.js'

/** What came in, in order and in few words. */
export class Tally {
  #log: (Delivered | Gap)[] = []
  /** The entry of each maker that goes on, until a gap: whose that is isn't known here. */
  readonly #last = new Map<number, Delivered>()
  readonly #numbers = new Map<number, number>()

  /** The number of the latest event of a maker, 0 before the first. */
  lastOf(maker: number): number {
    return this.#numbers.get(maker) ?? 0
  }

  delivered(maker: number, number: number): void {
    this.#numbers.set(maker, number)
    const last = this.#last.get(maker)
    if (last && number === last[2] + 1) {
      last[2] = number
      return
    }
    const entry: Delivered = [maker, number, number]
    this.#last.set(maker, entry)
    this.#log.push(entry)
  }

  gap({ origin, from, to, missed }: SyncGap): void {
    this.#last.clear()
    this.#log.push([origin, from, to, missed])
  }

  /** What has come since. */
  take(): (Delivered | Gap)[] {
    const log = this.#log
    this.#log = []
    this.#last.clear()
    return log
  }
}
