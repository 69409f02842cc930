import type { SyncGap } from '../../lib/index.js'
import type { Delivered, Gap } from './protocol.js'

/** What came in, in order and in few words. */
export class Tally {
  #log: (Delivered | Gap)[] = []
  /** The entry of each maker that goes on, until a gap: whose that is isn't known here. */
  readonly #last = new Map<number, Delivered>()

  delivered(maker: number, number: number): void {
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
