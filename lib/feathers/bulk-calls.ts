import { indexInResult } from '../message/compact-context.js'
import type { ListItem } from '../message/encoder.js'
import type { SyncMessage } from '../message/message.js'
import { type ContextChoice, contextToSend } from './sent-context.js'
import type { ServiceEvent } from './service-events.js'

/** A list whose items are, one after the other, the data of events with one context, from one synchronous loop. */
interface Call {
  /** The latest one. */
  event: ServiceEvent
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

/**
 * Turns events into messages. Feathers emits an event for each item of a bulk call, all with one context, from one synchronous
 * loop: they share what is sent of the context.
 */
export class BulkCalls {
  #call: Call | undefined

  /** @param onEnd called when the loop of a bulk call is over */
  constructor(private readonly onEnd: () => void) {}

  /** What is sent of an event. Throws if the hook context can't be read, or has a dispatch that can't be sent. */
  outgoing(event: ServiceEvent, choice: ContextChoice): Outgoing {
    const { event: name, path, data, context } = event
    const call = next(this.#call, event)
    this.#call = call
    if (call) {
      const message = { event: name, path, data, context: call.context }
      return { message, item: { list: call, index: call.index } }
    }
    const sent = context === undefined ? undefined : contextToSend(context, data, choice)
    if (sent === undefined) return { message: { event: name, path, data }, item: undefined }
    return { message: { event: name, path, data, context: sent }, item: this.#begin(event, sent) }
  }

  #begin(event: ServiceEvent, context: unknown): ListItem | undefined {
    const index = indexInResult(context, event.data)
    if (index < 0) return undefined
    const { result: items } = context as { result: unknown[] }
    this.#call = { event, index, items, context }
    queueMicrotask(() => {
      this.#call = undefined
      this.onEnd()
    })
    return { list: this.#call, index }
  }
}

/** The call with `event` as its next one, if it is. */
function next(call: Call | undefined, { event, path, data, context }: ServiceEvent): Call | undefined {
  if (call?.event.context !== context || call?.event.event !== event || call.event.path !== path)
    return undefined
  if (call.items[call.index + 1] !== data) return undefined
  call.index += 1
  return call
}
