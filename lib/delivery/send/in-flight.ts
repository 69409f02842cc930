import type { Link } from '../../adapters/link.js'
import type { Counts } from '../counts.js'
import { type Batch, unitsOf } from '../wire/batch.js'
import { split } from '../wire/fragments.js'
import { encodeFrame } from '../wire/frame.js'

/** So much is handed to the driver before it has taken what came before. */
const LIMIT = { frames: 8, bytes: 4 * 1024 * 1024 }

/** While so many bytes are in flight a frame that is not full waits for more: to send one costs more than what is in it. */
const BUSY = 16 * 1024

export interface InFlightOptions {
  readonly origin: string
  readonly link: Link
  readonly counts: Counts
  /** Each unit is sent as it is, without a frame. */
  readonly isPlain: boolean
  /** How long this origin has been there, in ms. */
  age(): number
  /** The driver did not take the frame that begins with event `first`. Doesn't throw. */
  refused(first: number, cause: unknown): void
  /** A frame has been taken or refused. Doesn't throw. */
  settled(): void
}

/** The frames of events that the driver has been handed, until it has taken them. */
export class InFlight {
  readonly #options: InFlightOptions
  #frames = 0
  #bytes = 0
  #events = 0

  constructor(options: InFlightOptions) {
    this.#options = options
  }

  /** Those that are sent for the first time. */
  get events(): number {
    return this.#events
  }

  get isEmpty(): boolean {
    return this.#frames === 0
  }

  get hasRoom(): boolean {
    return this.#frames < LIMIT.frames && this.#bytes < LIMIT.bytes
  }

  get isBusy(): boolean {
    return this.#bytes >= BUSY
  }

  /** Hands a frame, or its parts, to the driver. Neither throws nor waits. */
  send(batch: Batch, resent: boolean): void {
    const { counts, refused, settled } = this.#options
    const events = batch.next - batch.first
    const messages = this.#encode(batch, resent)
    const bytes = messages.reduce((sum, { length }) => sum + length, 0)
    const count = (sign: 1 | -1) => {
      this.#frames += sign
      this.#bytes += sign * bytes
      if (!resent) this.#events += sign * events
    }
    count(1)
    this.#hand(messages)
      .then(
        () => {
          counts[resent ? 'resent' : 'sent'] += events
        },
        (cause) => refused(batch.first, cause)
      )
      .finally(() => {
        count(-1)
        settled()
      })
  }

  /** The messages that carry a batch. */
  #encode(batch: Batch, resent: boolean): Uint8Array[] {
    const { origin, link, isPlain, age } = this.#options
    if (isPlain) return unitsOf(batch).map(({ payload }) => Buffer.from(payload)) // the driver may keep them
    const frame = encodeFrame({ kind: 'events', origin, age: age(), resent, ...batch })
    return split(frame, link.maxPayload, origin, batch.first)
  }

  async #hand(messages: readonly Uint8Array[]): Promise<void> {
    const { link, counts } = this.#options
    await Promise.all(
      messages.map(async (message) => {
        await link.publish(message)
        counts.framesSent += 1
        counts.bytesSent += message.length
      })
    )
  }
}
