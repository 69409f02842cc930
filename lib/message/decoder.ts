import { restore } from './compact-context.js'
import type { SyncMessage } from './message.js'
import { readPayload } from './payload.js'
import type { Serializer } from './serializer.js'

/**
 * The messages of a payload of `count` events, as an `Encoder` wrote it. Those of a list have the same context object.
 *
 * @throws SyncError of kind `frame`, and whatever the serializer throws
 */
export function readMessages(serializer: Serializer, payload: Uint8Array, count: number): SyncMessage[] {
  const { message, items } = readPayload(payload, count)
  const shared = serializer.deserialize(message)
  if (!items) return [withContext(shared, restore(shared, [shared?.data]))]
  const data = items.map((item) => serializer.deserialize(item).data)
  const context = restore({ ...shared, data: data[0] }, data)
  return data.map((item) => withContext({ ...shared, data: item }, context))
}

/** A message of wire 3, and its `origin` if an instance of this version wrote it. */
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
