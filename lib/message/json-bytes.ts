import type { Values } from './fields.js'

/** In what JSON writes for a Buffer. It begins with a rare character, which makes the search fast. */
const WRITTEN = 'Buffer","data":['

type Path = (string | number)[]

/** `JSON.stringify`, which also writes where there are Buffers: in `bytes`, the paths of each, a field that others ignore. */
export function stringify(message: object): string {
  const text = JSON.stringify(message)
  if (!text?.includes(WRITTEN)) return text
  const bytes: Path[] = []
  findBytes(message, [], bytes)
  return bytes.length === 0 ? text : JSON.stringify({ ...message, bytes })
}

/** The reverse. */
export function parse(text: string): unknown {
  const message: unknown = JSON.parse(text)
  if (!isObject(message) || !Array.isArray(message.bytes) || !text.includes(WRITTEN)) return message
  const { bytes, ...rest } = message
  for (const path of bytes) if (Array.isArray(path)) restore(rest, path)
  return rest
}

/** Only messages that can be written get here: there are no circles. */
function findBytes(value: unknown, path: Path, found: Path[]): void {
  if (!isObject(value)) return
  if (Buffer.isBuffer(value)) found.push(path)
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) findBytes(item, [...path, index], found)
  } else if (typeof value.toJSON !== 'function') {
    for (const name of Object.keys(value)) findBytes(value[name], [...path, name], found)
  }
}

function restore(message: Values, path: Path): void {
  const name = path.at(-1)
  let holder: unknown = message
  for (const name of path.slice(0, -1))
    holder = isObject(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined
  if (!isObject(holder) || name === undefined || !Object.hasOwn(holder, name)) return
  const written = holder[name]
  if (isObject(written) && Array.isArray(written.data)) holder[name] = Buffer.from(written.data)
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null
}
