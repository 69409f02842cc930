import { types } from 'node:util'
import { isObject } from './fields.js'
import type { SyncMessage } from './message.js'
import { salvage } from './salvage.js'
import type { Serialized, Serializer } from './serializer.js'

/**
 * Serializes a message, without the values that the serializer throws on.
 *
 * @param incomplete called with what the serializer threw, if the rest could be serialized
 * @throws what the serializer throws, if nothing is left of the data, or a part of a dispatch would be lost
 */
export function serializeMessage(
  serializer: Serializer,
  message: Partial<SyncMessage>,
  incomplete: (cause: unknown) => void
): Serialized {
  const serialize = (it: Partial<SyncMessage>): unknown => serializer.serialize(it as SyncMessage)
  let result: unknown
  try {
    result = serialize(message)
  } catch (cause) {
    result = serialize(salvaged(message, (data) => serialize({ data }), cause))
    incomplete(cause)
  }
  return checked(result)
}

/** What a serializer returns may be of any type. */
function checked(result: unknown): Serialized {
  if (typeof result === 'string' || types.isUint8Array(result)) return result
  if (types.isPromise(result)) result.catch(() => {}) // nobody waits for it
  const name = Object.prototype.toString.call(result).slice('[object '.length, -1)
  throw new TypeError(`the serializer returned ${name}, instead of a string or bytes (Uint8Array, Buffer)`)
}

/** The message without what `serialize` throws on, its dispatch untouched. Throws if nothing is left of the data. */
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
