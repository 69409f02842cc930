export type Values = Record<string, unknown>
export type NameTest = (name: string) => boolean

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Not by plain assignment: a field may be called `__proto__`. */
export function setField(fields: object, name: string, value: unknown): void {
  if (name !== '__proto__') (fields as Values)[name] = value
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
}

/** A shallow copy, without the fields of certain names, which aren't read, and those that can't be. */
export function less(values: Values, isLeftOut: NameTest, lost?: (cause: unknown) => void): Values {
  const fields: Values = {}
  for (const name of Object.keys(values)) {
    if (isLeftOut(name)) continue
    try {
      setField(fields, name, values[name])
    } catch (cause) {
      lost?.(cause)
    }
  }
  return fields
}

/**
 * The names of the fields of `data` that `part` lacks, if all fields of `part` are the same as in `data`: then `part` contains
 * nothing that is not sent with `data` anyway. Otherwise undefined.
 */
export function lackingFields(part: unknown, data: unknown): string[] | undefined {
  if (!isPlain(part) || !isPlain(data)) return undefined
  const lacking: string[] = []
  let same = 0
  try {
    for (const field of Object.keys(data)) {
      const value = part[field]
      if (value === undefined && !Object.hasOwn(part, field)) lacking.push(field)
      else if (value === data[field]) same += 1
      else return undefined
    }
    return same > 0 && same === Object.keys(part).length ? lacking : undefined
  } catch {
    return undefined // a getter threw
  }
}

/** Those that each item of `part` lacks of the item of `data` at its place, if they are the same. */
export function lackingInEach(part: unknown, data: unknown): string[] | undefined {
  if (!Array.isArray(part) || !Array.isArray(data) || part.length !== data.length) return undefined
  const lacking = lackingFields(part[0], data[0])
  if (!lacking) return undefined
  for (let index = 1; index < part.length; index += 1) {
    const others = lackingFields(part[index], data[index])
    if (others?.length !== lacking.length || others.some((name, at) => name !== lacking[at])) return undefined
  }
  return lacking
}

/** Is it serialized field by field? */
function isPlain(value: unknown): value is Values {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype && !('toJSON' in value)
}
