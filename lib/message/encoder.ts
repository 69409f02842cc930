import { Collected } from './collected.js'
import { alone, compact } from './compact-context.js'
import type { SyncMessage } from './message.js'
import { PayloadWriter } from './payload.js'
import { serializeMessage } from './serialization.js'
import type { Serialized, Serializer } from './serializer.js'

/** Where the data of an event is in the list that is its context's result. */
export interface ListItem {
  /** The same object for all events that share the context. */
  readonly list: object
  readonly index: number
}

/** What the events of a list share, as it was serialized, or why it could not be. */
type Shared = { readonly content: Serialized } | { readonly cause: unknown }

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
  readonly #collected: Collected
  /** By list. */
  readonly #shared = new WeakMap<object, Shared>()

  constructor(options: EncoderOptions) {
    this.#options = options
    this.#collected = new Collected(this.#payloads, options.send)
  }

  /**
   * Serializes a message, to be sent now, or with those that are being collected.
   *
   * @param incomplete called if the message is sent without a value that can't be serialized
   * @throws what the serializer throws
   */
  add(message: SyncMessage, item: ListItem | undefined, incomplete: Incomplete): void {
    const { serializer, wire, origin, send } = this.#options
    const serialize = (it: Partial<SyncMessage>) => serializeMessage(serializer, it, incomplete)
    if (wire === 3) {
      const plain = { ...(item ? alone(message, item.index) : message), origin: origin() }
      send(Buffer.from(serialize(plain)), 1)
    } else if (serializer.takesWholeMessages) {
      send(this.#payloads.one(serialize(item ? alone(message, item.index) : message)), 1)
    } else if (item) {
      const content = kept(serialize({ data: message.data }))
      this.#collected.addItem(item.list, this.#sharedOf(message, item.list, incomplete), content)
    } else {
      const { event, path, data, trace } = message
      const context = compact(message, false)
      const sent: SyncMessage = context === undefined ? message : { event, path, data, context }
      if (trace) sent.trace = trace
      const bytes = serialize(sent)
      if (this.#collected.isEmpty) send(this.#payloads.one(bytes), 1)
      else this.#collected.addWhole(kept(bytes))
    }
  }

  /** Sends the events that have been collected. */
  flush(): void {
    this.#collected.flush()
  }

  /** Serialized once for each list, also if it throws: its size may be that of the whole list. */
  #sharedOf(message: SyncMessage, list: object, incomplete: Incomplete): Serialized {
    const shared = this.#shared.get(list) ?? this.#serializeShared(message, incomplete)
    this.#shared.set(list, shared)
    if ('cause' in shared) throw shared.cause
    return shared.content
  }

  #serializeShared(message: SyncMessage, incomplete: Incomplete): Shared {
    const { event, path, trace } = message
    const shared: Partial<SyncMessage> = { event, path, context: compact(message, true) }
    if (trace) shared.trace = trace
    try {
      return { content: kept(serializeMessage(this.#options.serializer, shared, incomplete)) }
    } catch (cause) {
      return { cause }
    }
  }
}

/** A serializer may use its bytes again. */
function kept(serialized: Serialized): Serialized {
  return typeof serialized === 'string' ? serialized : Buffer.from(serialized)
}
