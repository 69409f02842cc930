import { types } from 'node:util'
import { type NameTest, setField } from './fields.js'

/** In place of what is not sent. */
const EXCLUDED = Symbol('excluded')

type Portable = unknown | typeof EXCLUDED

export interface PortableOptions {
  /** Fields of such names are left out, at any depth. */
  readonly isLeftOut?: NameTest
  /** Called for data that is lost: it is circular, or throws when it is read. Not for what isn't data. */
  lost?(cause: unknown): void
}

/**
 * A copy of `value` with what can be sent: plain data at any depth, and what serializers know (dates, bytes, maps, sets, BSON's
 * types, what has a `toJSON`). Functions, symbols, circles, what can't be read, streams, sockets and other instances that
 * contain such values are excluded: as a property they are left out, in a list they are `null`.
 *
 * @returns undefined if all of it is excluded
 */
export function portable(value: unknown, options: PortableOptions = {}): unknown {
  const copy = copyOf(value, undefined, options)
  return copy === EXCLUDED ? undefined : copy
}

/** Can all of `value` be sent as it is? Throws what reading it throws. */
export function isPortable(value: unknown): boolean {
  return !hasExcluded(value, undefined)
}

/** The objects that a value is in: no array, which would be copied at each level. */
interface Outer {
  readonly value: object
  readonly outer: Outer | undefined
}

function isCircular(value: object, outer: Outer | undefined): boolean {
  for (let one = outer; one; one = one.outer) if (one.value === value) return true
  return false
}

function copyOf(value: unknown, outer: Outer | undefined, options: PortableOptions): Portable {
  if (typeof value === 'function' || typeof value === 'symbol') return EXCLUDED
  if (typeof value !== 'object' || value === null || isKnown(value)) return value
  if (isCircular(value, outer)) {
    options.lost?.(new TypeError('a value is circular'))
    return EXCLUDED
  }
  const inner = { value, outer }
  try {
    if (hasToJSON(value)) return copyOf(value.toJSON(), inner, options)
    // An entity of an ORM is data, a socket isn't.
    if (!Array.isArray(value) && !isPlain(value) && hasExcluded(value, outer)) return EXCLUDED
  } catch (cause) {
    options.lost?.(cause)
    return EXCLUDED
  }
  if (Array.isArray(value)) {
    return Array.from(value, (item) => {
      const copy = copyOf(item, inner, options)
      return copy === EXCLUDED ? null : copy
    })
  }
  return copyOfFields(value as Record<string, unknown>, inner, options)
}

function copyOfFields(fields: Record<string, unknown>, inner: Outer, options: PortableOptions): object {
  const copies = {}
  for (const name of Object.keys(fields)) {
    if (options.isLeftOut?.(name)) continue
    const copy = copyOf(read(fields, name, options), inner, options)
    if (copy !== EXCLUDED) setField(copies, name, copy)
  }
  return copies
}

/** A getter may throw. */
function read(fields: Record<string, unknown>, name: string, { lost }: PortableOptions): unknown {
  try {
    return fields[name]
  } catch (cause) {
    lost?.(cause)
    return EXCLUDED
  }
}

function hasExcluded(value: unknown, outer: Outer | undefined): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return true
  if (typeof value !== 'object' || value === null || isKnown(value)) return false
  if (isCircular(value, outer)) return true
  const inner = { value, outer }
  if (hasToJSON(value)) return hasExcluded(value.toJSON(), inner)
  return Object.values(value).some((item) => hasExcluded(item, inner))
}

/** What a serializer has to know by itself. */
function isKnown(value: object): boolean {
  return (
    types.isDate(value) ||
    ArrayBuffer.isView(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    '_bsontype' in value
  )
}

function hasToJSON(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null // of another realm, too
}
