import { asBuffer } from '../bytes.js'
import { atOnce } from './at-once.js'
import { restore } from './compact-context.js'
import { firstNames, type Names } from './first-names.js'
import type { SyncMessage } from './message.js'
import { type Place, readPayload, SHARED, WHOLE } from './payload.js'
import { JsonSerializer, type Serializer } from './serializer.js'
import { type TraceContext, traceContextOf } from './trace.js'

/** Events that share a context. */
interface List {
  /** Their message without data. Of events that are not wanted: their names. */
  readonly shared: SyncMessage | Names
  readonly isWanted: boolean
  readonly trace?: TraceContext | undefined
  /** Their data. */
  readonly items: unknown[]
  context?: unknown
}

/** Runs `read`; returns undefined if it throws and that is dealt with. */
export type Attempt = <Result>(read: () => Result) => Result | undefined

/** Which events are read. Neither method throws. */
export interface Selection {
  /** @param names those of a message, or what came in its place */
  wants(names: Names): boolean
  /** Called for each event that is not wanted. */
  drop(names: Names): void
}

/**
 * The messages of a payload of `count` events, as an `Encoder` wrote it. Those of a list have the same context object.
 *
 * @param attempt called for each part that the serializer reads, so that one that can't be read costs itself alone. Default: throws
 * @param selection Default: all events
 * @throws SyncError of kind `frame`, and whatever `attempt` throws
 */
export function readMessages(
  serializer: Serializer,
  payload: Uint8Array,
  count: number,
  attempt: Attempt = (read) => read(),
  selection?: Selection
): SyncMessage[] {
  const bytes = asBuffer(payload)
  const places = readPayload(bytes, count)
  const [first] = places
  if (first?.tag === WHOLE && places.length === 1) {
    const message = readWhole(serializer, bytes, first, selection)
    return message ? [message] : []
  }
  const lists: (List | undefined)[] = []
  const events: (SyncMessage | Item)[] = []
  for (const place of places) {
    const { tag } = place
    if (tag === SHARED) {
      lists.push(attempt(() => readShared(serializer, bytes, place, selection)))
      continue
    }
    const list = lists[tag]
    if (!list && tag !== WHOLE) continue // what it shares could not be read
    if (list && !list.isWanted) {
      selection?.drop(list.shared)
      continue
    }
    const event = attempt(() =>
      list ? readItem(serializer, bytes, place, list) : readWhole(serializer, bytes, place, selection)
    )
    if (event) events.push(event)
  }
  // A context may contain the whole list.
  for (const list of lists) {
    if (list?.isWanted) list.context = restore({ ...list.shared, data: list.items[0] }, list.items)
  }
  return events.map((event) => (event instanceof Item ? event.message : event))
}

/** A list's event, whose context is known when all of the list has been read. */
class Item {
  constructor(
    private readonly list: List,
    private readonly data: unknown
  ) {}

  get message(): SyncMessage {
    const { shared, context, trace } = this.list
    return complete({ ...shared, data: this.data }, context, trace)
  }
}

function readItem(serializer: Serializer, bytes: Buffer, place: Bounds, list: List): Item {
  const { data } = deserialized(serializer, bytes, place)
  list.items.push(data)
  return new Item(list, data)
}

function readShared(serializer: Serializer, bytes: Buffer, place: Bounds, selection?: Selection): List {
  const names = selection && namesOf(serializer, bytes, place)
  if (names && !selection.wants(names)) return { shared: names, isWanted: false, items: [] }
  const shared = deserialized(serializer, bytes, place)
  const isWanted = !selection || areOf(shared, names) || selection.wants(shared)
  return { shared, isWanted, trace: traceContextOf(shared.trace), items: [] }
}

/** Returns undefined for an event that is not wanted. */
function readWhole(
  serializer: Serializer,
  bytes: Buffer,
  place: Bounds,
  selection?: Selection
): SyncMessage | undefined {
  const names = selection && namesOf(serializer, bytes, place)
  if (names && !selection.wants(names)) return dropped(names, selection)
  const message = deserialized(serializer, bytes, place)
  if (selection && !areOf(message, names) && !selection.wants(message)) return dropped(message, selection)
  return complete(message, restore(message), traceContextOf(message.trace))
}

function dropped(names: Names, selection: Selection): undefined {
  selection.drop(names)
}

/**
 * What the first of the `count` events of a payload is called, such as `'messages created'`, for a report. Undefined if it can't be read.
 *
 * @param wire 3: the payload is a message alone
 */
export function nameIn(
  serializer: Serializer,
  payload: Uint8Array,
  count: number,
  wire: 3 | 4
): string | undefined {
  const bytes = asBuffer(payload)
  try {
    const [place] = wire === 3 ? [{ start: 0, end: bytes.length }] : readPayload(bytes, count)
    if (!place) return undefined
    const { path, event } = namesOf(serializer, bytes, place) ?? deserialized(serializer, bytes, place)
    return `'${path} ${event}'`
  } catch {
    return undefined
  }
}

/** Without deserializing, where the serializer is known to write them first. */
function namesOf(serializer: Serializer, bytes: Buffer, { start, end }: Bounds): Names | undefined {
  return serializer.constructor === JsonSerializer ? firstNames(bytes, start, end) : undefined
}

/** Whether a message has these names: of JSON that has a name twice, the last one counts. */
function areOf(message: SyncMessage, names: Names | undefined): boolean {
  return names !== undefined && message.path === names.path && message.event === names.event
}

/** Where something is in a payload. */
type Bounds = Pick<Place, 'start' | 'end'>

/** @throws what the serializer throws, and TypeError where it returns a promise */
function deserialized(serializer: Serializer, bytes: Buffer, { start, end }: Bounds): SyncMessage {
  if (serializer.constructor === JsonSerializer)
    return (serializer as JsonSerializer).deserialize(bytes, start, end)
  // One that gives parts of the bytes, as bson does with `promoteBuffers`, would keep the whole frame in memory.
  const own = Buffer.allocUnsafeSlow(end - start) // not of Node's pool
  bytes.copy(own, 0, start, end)
  return atOnce(serializer.deserialize(own), 'the deserializer')
}

/** A message of wire 3, and its `origin` if an instance of this version wrote it. */
export function readPlain(
  serializer: Serializer,
  bytes: Uint8Array
): { message: SyncMessage; origin: unknown } {
  const read = deserialized(serializer, asBuffer(bytes), { start: 0, end: bytes.length })
  const { origin, trace: received, ...message } = read as SyncMessage & { origin?: unknown }
  const trace = traceContextOf(received)
  return { message: trace ? { ...message, trace } : message, origin }
}

/** No spread, as each event comes here: it takes several times as long. */
function complete(message: SyncMessage, context: unknown, trace: TraceContext | undefined): SyncMessage {
  const { event, path, data } = message
  const hasContext = context !== undefined && context !== null
  if (trace) return hasContext ? { event, path, data, context, trace } : { event, path, data, trace }
  if (hasContext) return { event, path, data, context }
  return message.trace === undefined ? message : { event, path, data } // one that is none came in
}
