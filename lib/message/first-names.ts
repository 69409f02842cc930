import { hasAt } from '../bytes.js'
import type { SyncMessage } from './message.js'

export type Names = Pick<SyncMessage, 'event' | 'path'>

/** How JSON of a message begins: its names are its first fields. */
const EVENT = Buffer.from('{"event":"')
const PATH = Buffer.from('","path":"')

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * The names in the first bytes of a message in JSON, which is not parsed.
 *
 * @returns undefined if it begins otherwise, or a name contains escapes
 */
export function firstNames(bytes: Buffer, start: number, end: number): Names | undefined {
  if (!hasAt(bytes, EVENT, start)) return undefined
  const eventAt = start + EVENT.length
  const eventEnd = endOfName(bytes, eventAt, end)
  if (eventEnd < 0 || !hasAt(bytes, PATH, eventEnd)) return undefined
  const pathAt = eventEnd + PATH.length
  const pathEnd = endOfName(bytes, pathAt, end)
  if (pathEnd < 0) return undefined
  return { event: bytes.toString('utf8', eventAt, eventEnd), path: bytes.toString('utf8', pathAt, pathEnd) }
}

/** Where the closing quote is; -1 without one, and for an escape. */
function endOfName(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === QUOTE) return at
    if (bytes[at] === BACKSLASH) return -1
  }
  return -1
}
