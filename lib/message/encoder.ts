import { alone, compact } from './compact-context.js'
import type { SyncMessage } from './message.js'
import { PayloadWriter } from './payload.js'
import { serializeMessage } from './serialization.js'
import type { Serializer } from './serializer.js'

/** The events of a list are sent when they have this many bytes, and in any case at the end of its turn. */
const MAX_BULK = 16 * 1024 * 1024

/** Where the data of an event is in the list that is its context's result. */
export interface ListItem {
  /** The same object for all events that share the context. */
  readonly list: object
  readonly index: number
}

/** The events of a list that will be sent together. */
interface Bulk {
  readonly list: object
  readonly shared: Buffer
  readonly items: Buffer[]
  bytes: number
}

type Incomplete = (cause: unknown) => void

export interface EncoderOptions {
  readonly serializer: Serializer
  readonly wire?: 3 | 4 | undefined
  /** The id of this instance. */
  origin(): string | undefined
  /** Takes the payload of `count` events. */
  send(payload: Buffer, count: number): void
}

/** Turns messages into payloads. The events of a list share a payload, which contains their context once. */
export class Encoder {
  readonly #options: EncoderOptions
  readonly #payloads = new PayloadWriter()
  #bulk: Bulk | undefined

  constructor(options: EncoderOptions) {
    this.#options = options
  }

  /**
   * Serializes a message, to be sent now or with its list.
   *
   * @param incomplete called if the message is sent without a value that can't be serialized
   * @throws what the serializer throws
   */
  add(message: SyncMessage, item: ListItem | undefined, incomplete: Incomplete): void {
    const { serializer, wire, origin } = this.#options
    const serialize = (it: Partial<SyncMessage>) => serializeMessage(serializer, it, incomplete)
    if (wire === 3) {
      const plain = { ...(item ? alone(message, item.index) : message), origin: origin() }
      this.#send(Buffer.from(serialize(plain)))
    } else if (serializer.takesWholeMessages) {
      this.#send(this.#payloads.one(serialize(item ? alone(message, item.index) : message)))
    } else if (item) this.#addToBulk(message, item.list, incomplete)
    else {
      const context = compact(message, false)
      this.#send(this.#payloads.one(serialize(context === undefined ? message : { ...message, context })))
    }
  }

  /** Sends the events of a list that have been collected. */
  flush(): void {
    const bulk = this.#bulk
    if (!bulk) return
    this.#bulk = undefined
    this.#options.send(this.#payloads.many(bulk.shared, bulk.items), bulk.items.length)
  }

  #addToBulk(message: SyncMessage, list: object, incomplete: Incomplete): void {
    const serialize = (it: Partial<SyncMessage>) =>
      Buffer.from(serializeMessage(this.#options.serializer, it, incomplete))
    const item = serialize({ data: message.data })
    if (this.#bulk?.list !== list) {
      const { event, path } = message
      const shared = serialize({ event, path, context: compact(message, true) })
      this.flush()
      this.#bulk = { list, shared, items: [], bytes: 0 }
    }
    this.#bulk.items.push(item)
    this.#bulk.bytes += item.length
    if (this.#bulk.bytes >= MAX_BULK) this.flush()
  }

  #send(payload: Buffer): void {
    this.flush() // in the order they were emitted
    this.#options.send(payload, 1)
  }
}
