import { Counts, type DropReason } from '../../delivery/environment.js'
import type { SyncError } from '../../errors.js'
import { Sealing } from '../../sealing/sealing.js'
import { dropError } from '../drop-texts.js'
import type { Place } from '../place.js'

/** How many messages could not be read, as their secret is not the one here, by reason. */
export type Dropped = Readonly<Record<DropReason, number>>

/** The secret of a place, as an observer uses it. */
export class Seal {
  readonly #counts = new Counts()
  readonly #sealing: Sealing

  /** @param report takes the first drop for each reason */
  constructor({ options }: Place, origin: string, report: (error: SyncError) => void) {
    this.#sealing = new Sealing({
      keys: options.secret,
      origin,
      echoes: true, // observers wait for what they send
      counts: this.#counts,
      report: (_error, reason) => report(dropError(reason))
    })
  }

  get dropped(): Dropped {
    return this.#counts.dropped
  }

  get total(): number {
    return Object.values(this.dropped).reduce((sum, count) => sum + count, 0)
  }

  seal(frame: Uint8Array): Uint8Array {
    return this.#sealing.seal(frame)
  }

  /** Of an own message its beginning, which is all of it: those of observers are short. */
  open(bytes: Uint8Array): Uint8Array | undefined {
    return this.#sealing.open(bytes)
  }

  /** To be called when the connection is lost. */
  disconnected(): void {
    this.#sealing.disconnected()
  }
}
