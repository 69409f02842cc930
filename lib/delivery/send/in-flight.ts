import type { Environment } from '../environment.js'
import { type Batch, unitsOf } from '../wire/batch.js'
import { split } from '../wire/fragments.js'
import { encodeFrame } from '../wire/frame.js'

/** How much may be handed to the driver before it has accepted it. */
const LIMIT = { frames: 8, bytes: 4 * 1024 * 1024 }

/** While this many bytes are in flight, a frame that is not full waits for more events: a frame costs more than its events. */
const BUSY = 16 * 1024

/** None of it throws. */
export interface InFlightHost {
  readonly origin: string
  /** How long this origin has existed, in ms. */
  age(): number
  /** The driver did not accept the frame that begins with event `first`. */
  refused(first: number, cause: unknown): void
  /** A frame has been accepted or refused. */
  settled(): void
}

/** The frames of events that were handed to the driver, until it has accepted them. */
export class InFlight {
  readonly #environment: Environment
  readonly #host: InFlightHost
  #frames = 0
  #bytes = 0
  #events = 0

  constructor(environment: Environment, host: InFlightHost) {
    this.#environment = environment
    this.#host = host
  }

  /** How many events are in flight, first transmissions only. */
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

  /** Hands a frame, or its fragments, to the driver. Neither throws nor waits. */
  send(batch: Batch, retransmission: boolean): void {
    const { counts } = this.#environment
    const events = batch.next - batch.first
    const messages = this.#encode(batch, retransmission)
    const bytes = messages.reduce((sum, { length }) => sum + length, 0)
    const count = (sign: 1 | -1) => {
      this.#frames += sign
      this.#bytes += sign * bytes
      if (!retransmission) this.#events += sign * events
    }
    count(1)
    this.#hand(messages)
      .then(
        () => {
          counts[retransmission ? 'resent' : 'sent'] += events
        },
        (cause) => this.#host.refused(batch.first, cause)
      )
      .finally(() => {
        count(-1)
        this.#host.settled()
      })
  }

  /** The messages that carry a batch. */
  #encode(batch: Batch, retransmission: boolean): Uint8Array[] {
    const { link, wire } = this.#environment
    const { origin, age } = this.#host
    if (wire === 3) return unitsOf(batch).map(({ payload }) => Buffer.from(payload)) // the driver may keep them
    const frame = encodeFrame({ kind: 'events', origin, age: age(), retransmission, ...batch })
    return split(frame, link.maxPayload, origin, batch.first)
  }

  async #hand(messages: readonly Uint8Array[]): Promise<void> {
    const { link, counts } = this.#environment
    await Promise.all(
      messages.map(async (message) => {
        await link.publish(message)
        counts.framesSent += 1
        counts.bytesSent += message.length
      })
    )
  }
}
