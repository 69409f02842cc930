import { alone, compact, indexInResult } from '../message/compact-context.js'
import type { SyncMessage } from '../message/message.js'
import { payloadOf, payloadOfMany } from '../message/payload.js'
import { isObject } from '../message/policy.js'
import { salvage } from '../message/salvage.js'
import { FunctionSerializer, type Serializer } from '../message/serializer.js'
import type { BridgeOptions } from './bridge-options.js'
import { contextToSend } from './hook-context.js'
import type { ServiceEvent } from './service-events.js'

/** A bulk call's events are sent when they have so many bytes, and in any case at the end of its turn. */
const MAX_BULK = 16 * 1024 * 1024

/** A list, one item of which after the other is the data of an event, all with one context and from one synchronous loop. */
interface List {
  /** The latest one. */
  event: ServiceEvent
  index: number
  /** The live list. */
  items: readonly unknown[]
  /** What the context was turned into. */
  sent: unknown
}

/** The events of a list that are to be sent together. */
interface Bulk {
  list: List
  shared: Buffer
  items: Buffer[]
  bytes: number
}

export interface OutgoingOptions extends Pick<BridgeOptions, 'context' | 'wire'> {
  readonly serializer: Serializer
  /** The id of this instance. */
  origin(): string | undefined
  /** Told what couldn't be sent whole: an event went without some of its values. Doesn't throw. */
  incomplete(event: ServiceEvent, cause: unknown): void
  /** Takes the payload of `count` events. */
  send(payload: Buffer, count: number): void
}

/**
 * Turns events into payloads. Feathers emits an event for each item of a bulk call, all with one context, from one synchronous
 * loop: these share a payload, in which the context is once.
 */
export class Outgoing {
  readonly #options: OutgoingOptions
  #list: List | undefined
  #bulk: Bulk | undefined

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  /** What of an event travels. Throws where the hook context can't be read, or has a dispatch that can't travel. */
  toMessage(event: ServiceEvent): SyncMessage {
    const { event: name, path, data, context } = event
    const list = goesOn(this.#list, event)
    this.#list = list
    const sent = list ? list.sent : context === undefined ? undefined : this.#begin(event)
    return sent === undefined ? { event: name, path, data } : { event: name, path, data, context: sent }
  }

  /** Snapshots an event, to be sent now or with its bulk. Throws where it can't be serialised. */
  add(event: ServiceEvent, message: SyncMessage): void {
    const { serializer, wire, origin } = this.#options
    // A filter may have emitted another event meanwhile.
    const list = this.#list?.sent === message.context ? this.#list : undefined
    if (wire === 3) {
      const plain = { ...(list ? alone(message, list.index) : message), origin: origin() }
      this.#send(Buffer.from(this.#serialize(event, plain)))
    } else if (serializer instanceof FunctionSerializer) {
      this.#send(payloadOf(this.#serialize(event, list ? alone(message, list.index) : message)))
    } else if (list) this.#addToBulk(event, message, list)
    else {
      const context = compact(message, false)
      this.#send(payloadOf(this.#serialize(event, context === undefined ? message : { ...message, context })))
    }
  }

  /** Sends the events of a bulk call that have been collected. */
  flush(): void {
    const bulk = this.#bulk
    if (!bulk) return
    this.#bulk = undefined
    this.#options.send(payloadOfMany(bulk.shared, bulk.items), bulk.items.length)
  }

  /** Returns what of the context travels; remembers the list that the event's data is an item of. */
  #begin(event: ServiceEvent): unknown {
    const { context: choose, incomplete } = this.#options
    const lost = (cause: unknown) => incomplete(event, cause)
    const sent = contextToSend(event.context, event.data, { choose, lost })
    const index = indexInResult(sent, event.data)
    if (index < 0) return sent
    const { result: items } = sent as { result: unknown[] }
    this.#list = { event, index, items, sent }
    queueMicrotask(() => {
      this.#list = undefined
      this.flush()
    })
    return sent
  }

  #addToBulk(event: ServiceEvent, message: SyncMessage, list: List): void {
    const item = Buffer.from(this.#serialize(event, { data: message.data }))
    if (this.#bulk?.list !== list) {
      const { event: name, path } = message
      const context = compact(message, true)
      const shared = Buffer.from(this.#serialize(event, { event: name, path, context }))
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

  /** What can't be serialised costs itself, not the event; but where the data or a dispatch is lost, the event stays. */
  #serialize(event: ServiceEvent, message: Partial<SyncMessage>): string | Uint8Array {
    const { serializer, incomplete } = this.#options
    const serialize = (it: Partial<SyncMessage>) => serializer.serialize(it as SyncMessage)
    try {
      return serialize(message)
    } catch (cause) {
      const bytes = serialize(salvaged(message, (data) => serialize({ data }), cause))
      incomplete(event, cause)
      return bytes
    }
  }
}

/** The list with `event` being its next one, where it is. */
function goesOn(list: List | undefined, { event, path, data, context }: ServiceEvent): List | undefined {
  if (list?.event.context !== context || list?.event.event !== event || list.event.path !== path)
    return undefined
  if (list.items[list.index + 1] !== data) return undefined
  list.index += 1
  return list
}

/** The message less what `serialize` throws on, with its dispatch as it is. Throws where nothing is left of the data. */
function salvaged(
  message: Partial<SyncMessage>,
  serialize: (value: unknown) => unknown,
  cause: unknown
): Partial<SyncMessage> {
  const { data, context } = message
  const kept = { ...message }
  if ('data' in message) kept.data = salvage(data, serialize)
  if (data !== undefined && kept.data === undefined) throw cause
  if (!isObject(context)) return kept
  // Not a part of a dispatch: clients would be shown the raw result in its place. What is wrong with it is thrown again.
  const { dispatch, ...rest } = context
  kept.context = { ...(salvage(rest, serialize) as object), ...('dispatch' in context && { dispatch }) }
  return kept
}
