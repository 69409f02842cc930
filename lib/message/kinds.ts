import { types } from 'node:util'

/** Also of another realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** An instance of BSON's own classes, which have their mark from their prototype: what comes from a client can't have that. */
export function isBson(value: object): boolean {
  return '_bsontype' in value && !isPlain(value)
}

/** An array buffer, or a view of one. */
export function isBytes(value: object): value is ArrayBufferLike | ArrayBufferView {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)
}

export function hasToJSON(value: object): value is { toJSON(name?: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
