import { restore } from '../message/compact-context.js'
import type { SyncMessage } from '../message/message.js'
import { readPayload } from '../message/payload.js'
import type { Serializer } from '../message/serializer.js'
import { share } from './hook-context.js'

/**
 * The messages of a payload of `count` events, as `Outgoing` made it. Those of a bulk call share their context.
 *
 * @throws SyncError of kind `frame`, and whatever the serialiser throws
 */
export function readMessages(serializer: Serializer, payload: Uint8Array, count: number): SyncMessage[] {
  const { message, items } = readPayload(payload, count)
  const shared = serializer.deserialize(message)
  if (!items) return [withContext(shared, restore(shared, [shared?.data]))]
  const data = items.map((item) => serializer.deserialize(item).data)
  const context = restore({ ...shared, data: data[0] }, data)
  share(context)
  return data.map((item) => withContext({ ...shared, data: item }, context))
}

/** A message of a wire 3 instance, and the instance that wrote it where that was one of this version. */
export function readPlain(
  serializer: Serializer,
  bytes: Uint8Array
): { message: SyncMessage; origin: unknown } {
  const read = serializer.deserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const { origin, ...message } = read as SyncMessage & { origin?: unknown }
  return { message, origin }
}

function withContext(message: SyncMessage, context: unknown): SyncMessage {
  if (context === undefined || context === null) return message
  return { ...message, context }
}
