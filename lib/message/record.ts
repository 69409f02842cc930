import { types } from 'node:util'
import { type NameTest, setField, type Values } from './fields.js'
import { hasToJSON, isBson, isBytes, isPlain } from './kinds.js'
import { isWithin, type Outer } from './outer.js'

/** In place of what is not sent. */
const EXCLUDED = Symbol('excluded')

/** What is nested deeper is lost. */
const MAX_DEPTH = 1000

/** Of BSON's types, those that come back as they were. Others arrive as what they contain. */
const KEPT_BSON = new Set(['ObjectId', 'ObjectID', 'Decimal128', 'Timestamp', 'MinKey', 'MaxKey', 'DBRef'])

export interface RecordOptions {
  /** Fields of such names are left out, at any depth. */
  readonly isLeftOut?: NameTest | undefined
  /** Called for what is lost: it is nested too deep, or throws when it is read. */
  readonly lost?: ((cause: unknown) => void) | undefined
}

/**
 * What is sent of a record, which clients are shown. In it is what clients of the own instance are sent, by JSON and binary
 * attachments, whatever the serializer does with functions, `toJSON`, errors and bytes; and as far as a serializer may keep more
 * for listeners, that is left: dates, maps, sets, circles, BSON's types.
 *
 * @returns `value` itself if nothing is to be changed; undefined if nothing of it is sent
 */
export function recordOf(value: unknown, options: RecordOptions = {}): unknown {
  if (isSentAsIs(value, options, undefined)) return value
  const copy = copyOf('', value, { ...options, copies: new Map(), depth: 0 })
  return copy === EXCLUDED ? undefined : copy
}

/** @param outer the objects that the value is in */
function isSentAsIs(value: unknown, options: RecordOptions, outer: Outer | undefined): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value !== 'function' && typeof value !== 'symbol'
  const depth = outer ? outer.depth + 1 : 0
  if (depth === MAX_DEPTH) return false
  if (isWithin(value, outer)) return true
  try {
    const isList = Array.isArray(value)
    if (!isList && (!isPlain(value) || 'toJSON' in value)) {
      if (isKept(value)) return true
      if (types.isMap(value) || types.isSet(value)) return !options.isLeftOut
      if (isChanged(value)) return false
    }
    const names = isList ? [] : Object.keys(value)
    if (options.isLeftOut && names.some(options.isLeftOut)) return false
    // Loops, as each event comes here.
    const inner = { value, outer, depth }
    if (isList) for (const item of value) if (!isSentAsIs(item, options, inner)) return false
    for (const name of names) if (!isSentAsIs((value as Values)[name], options, inner)) return false
    return true
  } catch {
    return false // a getter threw
  }
}

/** As all serializers write what clients are shown of it. */
function isKept(value: object): boolean {
  if (types.isDate(value)) return !Number.isNaN(value.getTime())
  if (isBson(value)) return KEPT_BSON.has((value as { _bsontype: string })._bsontype)
  return Buffer.isBuffer(value) || types.isRegExp(value)
}

/** Serializers write it in their own ways, or not at all. */
function isChanged(value: object): boolean {
  if (hasToJSON(value) || isBytes(value) || types.isDate(value) || types.isBoxedPrimitive(value)) return true
  return types.isNativeError(value) && Object.keys(value).length > 0 // the others are {}, as others' are
}

interface Copying extends RecordOptions {
  /** Of the objects that there have been: what is there twice, or within itself, is so in the copy. */
  readonly copies: Map<object, unknown>
  readonly depth: number
}

function copyOf(name: string, value: unknown, copying: Copying): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return EXCLUDED
  if (typeof value !== 'object' || value === null || isKept(value)) return value
  const { copies, depth, lost } = copying
  if (copies.has(value)) return copies.get(value)
  if (depth === MAX_DEPTH) {
    lost?.(new TypeError('a value is nested too deep'))
    return EXCLUDED
  }
  if (types.isDate(value)) return null // an invalid one
  if (isBytes(value)) return bufferOf(value)
  try {
    const inner = { ...copying, depth: depth + 1 }
    if (types.isBoxedPrimitive(value)) return copyOf(name, value.valueOf(), inner)
    if (!hasToJSON(value)) return copyOfObject(value, inner)
    const json = value.toJSON(name)
    const copy = json === value ? copyOfObject(value, inner) : copyOf(name, json, inner)
    copies.set(value, copy)
    return copy
  } catch (cause) {
    lost?.(cause)
    return EXCLUDED
  }
}

function copyOfObject(value: object, copying: Copying): unknown {
  const { copies, isLeftOut } = copying
  if (types.isMap(value)) {
    const copy = new Map<unknown, unknown>()
    copies.set(value, copy)
    for (const [key, inner] of value) {
      if (typeof key !== 'string' || !isLeftOut?.(key)) copy.set(key, itemOf('', inner, copying))
    }
    return copy
  }
  if (types.isSet(value) || Array.isArray(value)) {
    const copy: unknown[] = []
    const set = types.isSet(value) ? new Set() : undefined
    copies.set(value, set ?? copy)
    Array.from(value as Iterable<unknown>, (inner, index) => copy.push(itemOf(String(index), inner, copying)))
    for (const inner of set ? copy : []) set?.add(inner)
    return set ?? copy
  }
  const copy = {}
  copies.set(value, copy)
  for (const name of Object.keys(value)) {
    if (isLeftOut?.(name)) continue
    const inner = copyOf(name, read(value as Values, name, copying), copying)
    if (inner !== EXCLUDED) setField(copy, name, inner)
  }
  return copy
}

function itemOf(name: string, value: unknown, copying: Copying): unknown {
  const copy = copyOf(name, value, copying)
  return copy === EXCLUDED ? null : copy
}

/** A getter may throw. */
function read(fields: Values, name: string, { lost }: RecordOptions): unknown {
  try {
    return fields[name]
  } catch (cause) {
    lost?.(cause)
    return EXCLUDED
  }
}

/** The same bytes, not a copy. */
function bufferOf(bytes: ArrayBufferLike | ArrayBufferView): Buffer {
  if (!ArrayBuffer.isView(bytes)) return Buffer.from(bytes)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
