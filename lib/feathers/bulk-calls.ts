import type { ListItem } from '../message/encoder.js'
import type { SyncMessage } from '../message/message.js'
import { type ContextChoice, contextToSend, type SentContext } from './sent-context.js'
import type { ServiceEvent } from './service-events.js'

/** A list whose items are, one after the other, the data of events with one context, from one synchronous loop. */
interface Call {
  /** The first one. */
  readonly event: ServiceEvent
  /** The index of the latest one. */
  index: number
  /** The live list. */
  readonly items: readonly unknown[]
  /** What is sent of the context. */
  readonly context: unknown
}

export interface Outgoing {
  message: SyncMessage
  /** If the event is one of a bulk call. */
  item: ListItem | undefined
}

const NOTHING: SentContext = { sent: undefined, result: undefined }

/**
 * Turns events into messages. Feathers emits an event for each item of a bulk call, all with one context, from one synchronous
 * loop: they share what is sent of the context, whatever is emitted in between.
 */
export class BulkCalls {
  /** Of the current loops, by their live context: a listener may emit events of other names with it. */
  readonly #calls = new Map<unknown, Call[]>()

  /** @param onEnd called when the loops are over */
  constructor(private readonly onEnd: () => void) {}

  /** What is sent of an event. Throws if it or its hook context can't be read, or has a dispatch that can't be sent. */
  outgoing(event: ServiceEvent, choice: ContextChoice): Outgoing {
    const { event: name, path, context } = event
    const record = choice.policy.record(event.data, choice.lost)
    // No spread: it takes as long as all the rest here.
    const message = (sent: unknown) => ({ event: name, path, data: record.sent, context: sent })
    const call = this.#next(event)
    if (call) return { message: message(call.context), item: { list: call, index: call.index } }
    const { sent, result } = context === undefined ? NOTHING : contextToSend(context, record, choice)
    if (sent === undefined) return { message: { event: name, path, data: record.sent }, item: undefined }
    return { message: message(sent), item: this.#begin(event, sent, result) }
  }

  /** The call with `event` as its next one, if there is one. */
  #next(event: ServiceEvent): Call | undefined {
    const call = this.#calls.get(event.context)?.find((it) => isOfOneName(it.event, event))
    if (!call || call.items[call.index + 1] !== event.data) return undefined
    call.index += 1
    return call
  }

  /** @param items the live result */
  #begin(event: ServiceEvent, context: unknown, items: unknown): ListItem | undefined {
    const index = Array.isArray(items) ? items.indexOf(event.data) : -1
    if (!Array.isArray(items) || index < 0) return undefined
    const call = { event, index, items, context }
    if (this.#calls.size === 0) queueMicrotask(() => this.#end())
    const others = this.#calls.get(event.context)?.filter((it) => !isOfOneName(it.event, event)) ?? []
    this.#calls.set(event.context, [...others, call])
    return { list: call, index }
  }

  #end(): void {
    this.#calls.clear()
    this.onEnd()
  }
}

function isOfOneName(one: ServiceEvent, other: ServiceEvent): boolean {
  return one.event === other.event && one.path === other.path
}
