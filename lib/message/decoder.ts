import { asBuffer } from '../bytes.js'
import { atOnce } from './at-once.js'
import { restore } from './compact-context.js'
import type { SyncMessage } from './message.js'
import { isOne, ONE_AT, readPayload, SHARED, WHOLE } from './payload.js'
import { JsonSerializer, type Serializer } from './serializer.js'

/** Events that share a context. */
interface List {
  /** Their message without data. */
  readonly shared: SyncMessage
  /** Their data. */
  readonly items: unknown[]
  context?: unknown
}

/** Runs `read`; returns undefined if it throws and that is dealt with. */
export type Attempt = <Result>(read: () => Result) => Result | undefined

/**
 * The messages of a payload of `count` events, as an `Encoder` wrote it. Those of a list have the same context object.
 *
 * @param attempt called for each part that the serializer reads, so that one that can't be read costs itself alone. Default: throws
 * @throws SyncError of kind `frame`, and whatever `attempt` throws
 */
export function readMessages(
  serializer: Serializer,
  payload: Uint8Array,
  count: number,
  attempt: Attempt = (read) => read()
): SyncMessage[] {
  if (isOne(payload, count)) return [readOne(serializer, payload)]
  const lists: (List | undefined)[] = []
  const events: (() => SyncMessage)[] = []
  for (const { tag, bytes } of readPayload(payload, count)) {
    if (tag === SHARED) {
      lists.push(attempt(() => ({ shared: deserialized(serializer, bytes), items: [] })))
      continue
    }
    const list = lists[tag]
    if (!list && tag !== WHOLE) continue // what it shares could not be read
    const event = attempt(() => {
      const message = deserialized(serializer, bytes)
      return list ? itemOf(list, message) : wholeOf(message)
    })
    if (event) events.push(event)
  }
  // A context may contain the whole list.
  for (const list of lists) {
    if (list) list.context = restore({ ...list.shared, data: list.items[0] }, list.items)
  }
  return events.map((event) => event())
}

/** Most payloads are of one event: a path of its own, as each event that comes alone has cold caches. */
function readOne(serializer: Serializer, payload: Uint8Array): SyncMessage {
  const bytes = asBuffer(payload)
  const message = isJson(serializer)
    ? serializer.deserialize(bytes, ONE_AT)
    : deserialized(serializer, bytes.subarray(ONE_AT))
  return withContext(message, restore(message))
}

function isJson(serializer: Serializer): serializer is JsonSerializer {
  return serializer.constructor === JsonSerializer
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length) // not of Node's pool
  copy.set(bytes)
  return copy
}

/** @throws what the serializer throws, and TypeError where it returns a promise */
function deserialized(serializer: Serializer, bytes: Buffer): SyncMessage {
  // One that gives parts of the bytes, as bson does with `promoteBuffers`, would keep the whole frame in memory.
  const own = isJson(serializer) ? bytes : copyOf(bytes)
  return atOnce(serializer.deserialize(own), 'the deserializer')
}

function wholeOf(message: SyncMessage): () => SyncMessage {
  const whole = withContext(message, restore(message))
  return () => whole
}

function itemOf(list: List, { data }: SyncMessage): () => SyncMessage {
  list.items.push(data)
  return () => withContext({ ...list.shared, data }, list.context)
}

/** A message of wire 3, and its `origin` if an instance of this version wrote it. */
export function readPlain(
  serializer: Serializer,
  bytes: Uint8Array
): { message: SyncMessage; origin: unknown } {
  const read = deserialized(serializer, asBuffer(bytes))
  const { origin, ...message } = read as SyncMessage & { origin?: unknown }
  return { message, origin }
}

function withContext(message: SyncMessage, context: unknown): SyncMessage {
  if (context === undefined || context === null) return message
  const { event, path, data } = message // no spread, as each event comes here: it takes several times as long
  return { event, path, data, context }
}
