import { types } from 'node:util'
import { type NameTest, setField } from './fields.js'
import { hasToJSON, isBson, isPlain } from './kinds.js'
import { isWithin, type Outer } from './outer.js'

/** In place of what is not sent. */
const EXCLUDED = Symbol('excluded')

type Portable = unknown | typeof EXCLUDED

/** What is nested deeper is lost. */
const MAX_DEPTH = 100

export interface PortableOptions {
  /** Fields of such names are left out, at any depth. */
  readonly isLeftOut?: NameTest | undefined
  /** Objects that are excluded, at any depth. */
  readonly isExcluded?: ((value: object) => boolean) | undefined
  /** What applies to the fields of `value`, the field called `name`, if it is something else. */
  readonly inside?: ((name: string, value: object) => PortableOptions | undefined) | undefined
  /** Called for data that is lost: it is circular, too deep, or throws when it is read. Not for what isn't data. */
  readonly lost?: ((cause: unknown) => void) | undefined
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

interface Copied extends Outer {
  readonly outer: Copied | undefined
  /** In an instance: an entity of an ORM is data, a socket isn't. So whatever can't be sent excludes all of it. */
  readonly isStrict: boolean
}

function copyOf(value: unknown, outer: Copied | undefined, options: PortableOptions): Portable {
  if (typeof value === 'function' || typeof value === 'symbol') return EXCLUDED
  if (typeof value !== 'object' || value === null) return value
  const isFields = isPlain(value) // first, as it is what most are, and what is quickly told
  if (!isFields && isKnown(value)) return value
  const depth = outer ? outer.depth + 1 : 0
  const circular = isWithin(value, outer)
  if (circular || depth > MAX_DEPTH) {
    if (!outer?.isStrict)
      options.lost?.(new TypeError(circular ? 'a value is circular' : 'a value is nested too deep'))
    return EXCLUDED
  }
  try {
    if (options.isExcluded?.(value)) return EXCLUDED
    const isStrict = outer?.isStrict || !(isFields || isCollection(value) || hasToJSON(value))
    const inner = { value, outer, depth, isStrict }
    if (!isFields && types.isMap(value)) return copyOfMap(value, inner, options)
    if (!isFields && types.isSet(value))
      return new Set(copiesOf(value, inner, options).filter((copy) => copy !== EXCLUDED))
    if (hasToJSON(value)) return copyOf(value.toJSON(), inner, options)
    if (!Array.isArray(value)) return copyOfFields(value as Record<string, unknown>, inner, options)
    const copies = copiesOf(value, inner, options)
    if (isStrict && copies.includes(EXCLUDED)) return EXCLUDED
    return copies.map((copy) => (copy === EXCLUDED ? null : copy))
  } catch (cause) {
    options.lost?.(cause)
    return EXCLUDED
  }
}

function copiesOf(values: Iterable<unknown>, inner: Copied, options: PortableOptions): Portable[] {
  const copies: Portable[] = []
  for (const value of values) copies.push(copyOf(value, inner, options))
  return copies
}

function copyOfMap(map: ReadonlyMap<unknown, unknown>, inner: Copied, options: PortableOptions): Portable {
  const copies = new Map<unknown, unknown>()
  for (const [key, value] of map) {
    if (typeof key === 'string' && options.isLeftOut?.(key)) continue
    const copy = copyOf(value, inner, options)
    if (copy !== EXCLUDED) copies.set(key, copy)
  }
  return copies
}

function copyOfFields(fields: Record<string, unknown>, inner: Copied, options: PortableOptions): Portable {
  const copies = {}
  for (const name of Object.keys(fields)) {
    if (options.isLeftOut?.(name)) continue
    const copy = copyOfField(name, read(fields, name, options), inner, options)
    if (copy !== EXCLUDED) setField(copies, name, copy)
    else if (inner.isStrict) return EXCLUDED
  }
  return copies
}

function copyOfField(name: string, value: unknown, inner: Copied, options: PortableOptions): Portable {
  const isNested = typeof value === 'object' && value !== null
  return copyOf(value, inner, (isNested && options.inside?.(name, value)) || options)
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

function isCollection(value: object): boolean {
  return types.isMap(value) || types.isSet(value) || Array.isArray(value)
}

/** What a serializer has to know by itself. */
function isKnown(value: object): boolean {
  return types.isDate(value) || ArrayBuffer.isView(value) || types.isRegExp(value) || isBson(value)
}
