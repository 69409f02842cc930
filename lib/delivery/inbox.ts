import { SyncError } from '../errors.js'
import { decodeFrame } from './frame.js'

/** Takes what comes in from the broker, and hands on what other instances sent. */
export class Inbox {
  readonly #origin: string
  readonly #deliver: (payload: Uint8Array) => void
  readonly #error: (error: SyncError) => void

  constructor(origin: string, deliver: (payload: Uint8Array) => void, error: (error: SyncError) => void) {
    this.#origin = origin
    this.#deliver = deliver
    this.#error = error
  }

  /** Never throws: it is called from a driver. Own events, echoed by the broker, are dropped. */
  receive(bytes: Uint8Array): void {
    try {
      const { origin, payload } = decodeFrame(bytes)
      if (origin !== this.#origin) this.#deliver(payload)
    } catch (error) {
      this.#error(SyncError.from(error, 'frame', 'feathers-sync: could not take a message'))
    }
  }
}
