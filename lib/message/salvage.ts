import { isObject } from './fields.js'
import { portable } from './portable.js'

/**
 * What of `value` can be serialized: `value` itself, or a copy without the values that `serialize` throws on. In a list they are
 * `null`. Undefined if nothing is left.
 */
export function salvage(value: unknown, serialize: (value: unknown) => unknown): unknown {
  if (isAccepted(value, serialize)) return value
  return keep(portable(value), serialize)
}

function keep(value: unknown, serialize: (value: unknown) => unknown): unknown {
  if (isAccepted(value, serialize)) return value
  if (Array.isArray(value)) return value.map((item) => keep(item, serialize) ?? null)
  if (!isObject(value)) return undefined
  const kept = Object.entries(value).map(([name, item]) => [name, keep(item, serialize)] as const)
  return Object.fromEntries(kept.filter(([, item]) => item !== undefined))
}

function isAccepted(value: unknown, serialize: (value: unknown) => unknown): boolean {
  try {
    serialize(value)
    return true
  } catch {
    return false
  }
}
