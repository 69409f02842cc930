import { isDeepStrictEqual, types } from 'node:util'
import type { Values } from './fields.js'
import { isBson } from './kinds.js'

/**
 * Are both the same record? As the `isEqual` of lodash, by which Feathers finds an item of a bulk call in its `dispatch`; false of
 * what can't be told, such as two URLs.
 */
export function isSame(one: unknown, other: unknown, depth = 0): boolean {
  if (Object.is(one, other) || one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (depth > 100 || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  if (Array.isArray(one)) {
    const others = other as unknown[]
    return one.length === others.length && one.every((item, index) => isSame(item, others[index], depth + 1))
  }
  if (types.isDate(one) || types.isRegExp(one) || Buffer.isBuffer(one)) return isDeepStrictEqual(one, other)
  if (types.isMap(one) || types.isSet(one)) return isDeepStrictEqual(one, other)
  if (isBson(one)) return String(one) === String(other) && isDeepStrictEqual(one, other)
  if (Object.prototype.toString.call(one) !== '[object Object]') return false
  const names = Object.keys(one)
  if (names.length !== Object.keys(other).length) return false
  return names.every(
    (name) => Object.hasOwn(other, name) && isSame((one as Values)[name], (other as Values)[name], depth + 1)
  )
}
