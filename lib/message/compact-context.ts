import { isObject, lackingFields, lackingInEach, less, type Values } from './fields.js'
import type { SyncMessage } from './message.js'

/**
 * What a context has in common with its message is left out of the context, so that each value is sent once, and marked by the
 * sum of these numbers in its `self`, a name that no context that is sent has.
 */
const SAME = { path: 1, event: 2, data: 4, result: 8, dispatch: 64 } as const
const BITS = new Map<string, number>(Object.entries(SAME))

/** Of those that are the list of the events' data. */
const LISTED = { result: 16, dispatch: 128, data: 512 } as const
const LISTED_BITS = new Map<string, number>(Object.entries(LISTED))

/** The context's data is the event's without some fields, a `create`'s without the id: their names are sent in its place. */
const PART = 32

/** The same of a list: each item of the context's data is the event's without the same fields. */
const LISTED_PART = 1024

/** The connection of `params` has their own fields, without some: their names are in `context.connection`, unless it is these. */
const CONNECTION = 256
const NOT_OF_CONNECTION = ['query', 'route']

/** The context of `message` as it is sent. `isListed`: its result is the list of the data of all events that share it. */
export function compact(message: SyncMessage, isListed: boolean): unknown {
  const { event, path, data, context } = message
  if (!isObject(context)) return context
  const record = isListed ? context.result : data
  const common: Values = { path, event, data: isListed ? record : data, result: record, dispatch: record }
  const isRepeated = context.result === record // who doesn't know of `dispatch` shows clients the result
  const sent: Values = {}
  let self = 0
  for (const name of Object.keys(context)) {
    const value = context[name]
    const bit = (isListed ? LISTED_BITS.get(name) : undefined) ?? BITS.get(name)
    if (bit && value === common[name] && (name !== 'dispatch' || isRepeated)) self += bit
    else if (name !== 'data') sent[name] = value
    else self += setData(sent, value, data, isListed ? record : undefined)
  }
  if (leaveOutConnection(sent)) self += CONNECTION
  if (self > 0) sent.self = self
  return sent
}

/** @returns how it is marked */
function setData(sent: Values, value: unknown, data: unknown, items: unknown): number {
  const lacking = lackingFields(value, data)
  if (lacking) {
    sent.data = lacking
    return PART
  }
  const lackingItems = lackingInEach(value, items)
  sent.data = lackingItems ?? value
  return lackingItems ? LISTED_PART : 0
}

/** Takes the connection out of `sent.params` if it can be made of them. */
function leaveOutConnection(sent: Values): boolean {
  const { params } = sent
  if (!isObject(params) || !isObject(params.connection) || 'connection' in sent) return false
  const { connection } = params
  const own = less(params, (name) => name === 'connection')
  const lacking = lackingFields(connection, own)
  if (!lacking) return false
  sent.params = own
  if (
    lacking.some((name) => !NOT_OF_CONNECTION.includes(name)) ||
    NOT_OF_CONNECTION.some((name) => name in connection)
  ) {
    sent.connection = lacking
  }
  return true
}

/**
 * The reverse: fills in what was left out.
 *
 * @param items the data of all events that share the context
 */
export function restore(message: SyncMessage, items?: readonly unknown[]): unknown {
  const { event, path, data, context } = message
  if (!isObject(context) || typeof context.self !== 'number') return context
  const { self, ...restored } = context
  const { data: left } = restored
  // No loops over the names: each event comes here.
  if ((self & SAME.path) !== 0) restored.path = path
  if ((self & SAME.event) !== 0) restored.event = event
  if ((self & SAME.data) !== 0) restored.data = data
  if ((self & SAME.result) !== 0) restored.result = data
  if ((self & SAME.dispatch) !== 0) restored.dispatch = data
  if ((self & LISTED.result) !== 0) restored.result = items ?? [data]
  if ((self & LISTED.dispatch) !== 0) restored.dispatch = items ?? [data]
  if ((self & LISTED.data) !== 0) restored.data = items ?? [data]
  if ((self & PART) !== 0 && isObject(data) && Array.isArray(left)) {
    restored.data = less(data, (field) => left.includes(field))
  }
  if ((self & LISTED_PART) !== 0 && Array.isArray(left)) restored.data = lessEach(items ?? [data], left)
  if ((self & CONNECTION) !== 0) restoreConnection(restored)
  return restored
}

/** Of names and items that come in there may be many: each name is looked up once for each field, not compared with all. */
function lessEach(items: readonly unknown[], names: readonly unknown[]): unknown[] {
  const leftOut = new Set(names)
  return items.map((item) => (isObject(item) ? less(item, (field) => leftOut.has(field)) : item))
}

function restoreConnection(context: Values): void {
  const { connection = NOT_OF_CONNECTION, params } = context
  if (!isObject(params) || !Array.isArray(connection)) return
  delete context.connection
  context.params = { ...params, connection: less(params, (name) => connection.includes(name)) }
}

/** The message of item `index` of a bulk call, without the other items, also in the lists that belong to the result. */
export function alone(message: SyncMessage, index: number): SyncMessage {
  const { data, result, dispatch, ...context } = message.context as Values
  const { length } = result as unknown[]
  const list = [message.data]
  const own: Values = { data, dispatch }
  for (const [name, value] of Object.entries(own)) {
    if (value === result) own[name] = list
    else if (Array.isArray(value) && value.length === length) own[name] = [value[index]]
    else if (value === undefined) delete own[name]
  }
  return { ...message, context: { ...context, ...own, result: list } }
}
