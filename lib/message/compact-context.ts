import { isObject, lackingFields, less, type Values } from './fields.js'
import type { SyncMessage } from './message.js'

/**
 * What a context has in common with its message is left out of the context, so that each value is sent once, and marked by the
 * sum of these numbers in its `self`, a name that no context that is sent has.
 */
const SAME = new Map([
  ['path', 1],
  ['event', 2],
  ['data', 4],
  ['result', 8],
  /** The result is the list of the events' data. */
  ['list', 16]
] as const)

/** The context's data is the event's without some fields, a `create`'s without the id: their names are sent in its place. */
const PART = 32

/** The context of `message` as it is sent. `isListed`: its result is the list of the data of all events that share it. */
export function compact(message: SyncMessage, isListed: boolean): unknown {
  const { event, path, data, context } = message
  if (!isObject(context)) return context
  const common: Values = { path, event, data, result: isListed ? context.result : data }
  const sent: Values = {}
  let self = 0
  for (const name of Object.keys(context)) {
    const value = context[name]
    const bit = bitOf(isListed && name === 'result' ? 'list' : name)
    const lacking = name === 'data' && value !== data ? lackingFields(value, data) : undefined
    if (bit && value === common[name]) self += bit
    else if (lacking) {
      self += PART
      sent.data = lacking
    } else sent[name] = value
  }
  if (self > 0) sent.self = self
  return sent
}

/** The reverse: fills in what was left out. `items`: the data of all events that share the context. */
export function restore({ event, path, data, context }: SyncMessage, items: readonly unknown[]): unknown {
  if (!isObject(context) || typeof context.self !== 'number') return context
  const { self, ...restored } = context
  const common = { path, event, data, result: data, list: items }
  for (const [name, bit] of SAME) {
    if ((Number(self) & bit) !== 0) restored[name === 'list' ? 'result' : name] = common[name]
  }
  const { data: left } = restored
  if ((Number(self) & PART) !== 0 && isObject(data) && Array.isArray(left)) {
    restored.data = less(data, (field) => left.includes(field))
  }
  return restored
}

/** The index of the event's data in the list that is its context's result; -1 if there is none. */
export function indexInResult(context: unknown, data: unknown): number {
  return isObject(context) && Array.isArray(context.result) ? context.result.indexOf(data) : -1
}

/** The message of item `index` of a bulk call, without the other items, also in the lists that belong to the result. */
export function alone(message: SyncMessage, index: number): SyncMessage {
  const { data, result, dispatch, ...context } = message.context as Values
  const { length } = result as unknown[]
  const own: Values = { data, dispatch }
  for (const [name, value] of Object.entries(own)) {
    if (Array.isArray(value) && value.length === length) own[name] = [value[index]]
    else if (value === undefined) delete own[name]
  }
  return { ...message, context: { ...context, ...own, result: [message.data] } }
}

function bitOf(name: string): number | undefined {
  return SAME.get(name as 'path')
}
