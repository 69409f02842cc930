import { type Batch, eventsIn, unitsOf } from '../wire/batch.js'

/** The messages that a frame is sent in; each is made when it is taken. */
export interface Messages {
  readonly count: number
  readonly iterator: Iterator<Uint8Array>
}

/** One frame, or the fragments of one, on its way to the driver. */
export class Transmission {
  readonly first: number
  readonly next: number
  /** How many events it has, without those that can't be sent. */
  readonly events: number
  readonly retransmission: boolean
  /** The largest message, in bytes. */
  readonly size: number
  /** Over which it is sent. */
  readonly connection: number
  /** Messages in all, and those the driver was handed, with their bytes. */
  count = 1
  handed = 0
  bytes = 0
  /** Messages that the driver holds. */
  held = 0
  /** Refused, or cut short by the loss of the connection. */
  isFailed = false
  #rest: Iterator<Uint8Array> | undefined

  constructor(batch: Batch, retransmission: boolean, size: number, connection: number) {
    this.first = batch.first
    this.next = batch.next
    this.events = eventsIn(batch)
    this.retransmission = retransmission
    this.size = size
    this.connection = connection
  }

  /** It is sent in several messages. */
  divide({ count, iterator }: Messages): void {
    this.count = count
    this.#rest = iterator
  }

  /** Whether nothing of it is left to hand over. */
  get isHandedOver(): boolean {
    return this.handed === this.count || this.isFailed
  }

  /** The next of several messages. */
  take(): Uint8Array {
    return this.#rest?.next().value as Uint8Array
  }

  /** Counts a message of so many bytes that the driver is handed; returns its place among the messages. */
  hand(bytes: number): number {
    this.handed += 1
    this.held += 1
    this.bytes += bytes
    return this.handed - 1
  }
}

/** Without frames, as feathers-sync 3 reads it; copied, since the driver may keep them. */
export function plainMessages(batch: Batch): Messages {
  const units = unitsOf(batch)
  return { count: units.length, iterator: units.map(({ payload }) => Buffer.from(payload)).values() }
}
