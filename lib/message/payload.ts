import { SyncError } from '../errors.js'

/** The first byte of a payload: one message; what events share and then theirs; any sequence of these. */
const FORMAT = { one: 0, many: 1, mixed: 2 } as const
/** Where the message of one event begins in its payload. */
const ONE_AT = 1
const LENGTH = 4
const TAG = 2

/** The tag of a message of its own. */
export const WHOLE = 0xffff
/** The tag of what the events of a list share. Lists are numbered from 0 on; the number is the tag of their items. */
export const SHARED = 0xfffe

/** What is written. */
export interface Piece {
  /** `WHOLE`, `SHARED`, or the number of the list. */
  readonly tag: number
  readonly content: string | Uint8Array
  /** Of the content, in bytes. */
  readonly length: number
}

/** What is read: where a piece is in its payload. */
export interface Place {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** Small payloads are written into one buffer, side by side: `Buffer`'s own pool is so small that it costs more than the writing. */
const POOL_SIZE = 64 * 1024

export class PayloadWriter {
  #pool = Buffer.alloc(0)
  #used = 0

  /** The payload of one event. */
  one(message: string | Uint8Array): Buffer {
    const most = 1 + message.length * (typeof message === 'string' ? 3 : 1) // a UTF-16 unit takes up to 3 bytes as UTF-8
    if (most > POOL_SIZE / 8) {
      const payload = Buffer.allocUnsafe(1 + Buffer.byteLength(message))
      write(message, payload, 0)
      return payload
    }
    if (this.#used + most > this.#pool.length) {
      this.#pool = Buffer.allocUnsafeSlow(POOL_SIZE)
      this.#used = 0
    }
    const start = this.#used
    this.#used += write(message, this.#pool, start)
    return this.#pool.subarray(start, this.#used)
  }

  /** The payload of the events of one list: what they share, then what each has of its own. */
  many(pieces: readonly Piece[]): Buffer {
    return join(FORMAT.many, LENGTH, pieces)
  }

  /** The payload of events of several lists, or of none, in their order. */
  mixed(pieces: readonly Piece[]): Buffer {
    return join(FORMAT.mixed, LENGTH + TAG, pieces)
  }
}

/** @param header its length: that of the piece, with or without the tag */
function join(format: number, header: number, pieces: readonly Piece[]): Buffer {
  const size = pieces.reduce((sum, { length }) => sum + header + length, 1)
  const payload = Buffer.allocUnsafe(size)
  payload[0] = format
  let at = 1
  for (const { tag, content, length } of pieces) {
    payload.writeUInt32BE(length, at)
    if (header > LENGTH) payload.writeUInt16BE(tag, at + LENGTH)
    at += header + writeContent(content, payload, at + header)
  }
  return payload
}

/** Returns how many bytes it took. */
function write(message: string | Uint8Array, bytes: Buffer, at: number): number {
  bytes[at] = FORMAT.one
  return ONE_AT + writeContent(message, bytes, at + ONE_AT)
}

function writeContent(content: string | Uint8Array, bytes: Buffer, at: number): number {
  if (typeof content === 'string') return bytes.write(content, at)
  bytes.set(content, at)
  return content.length
}

/**
 * What is in a payload. Each item comes after what it shares.
 *
 * @throws SyncError of kind `frame` if it is malformed, or not one of `count` events
 */
export function readPayload(payload: Buffer, count: number): Place[] {
  const places = placesOf(payload)
  let [events, lists] = [0, 0]
  for (const { tag } of places) {
    if (tag === SHARED) lists += 1
    else if (tag === WHOLE || tag < lists) events += 1
    else throw malformed('is inconsistent: an item is of an unknown list')
  }
  if (events !== count) throw malformed(`is not one of ${count} events`)
  return places
}

function placesOf(bytes: Buffer): Place[] {
  switch (bytes[0]) {
    case FORMAT.one:
      return [{ tag: WHOLE, start: ONE_AT, end: bytes.length }]
    case FORMAT.many:
      return split(bytes, LENGTH, (_at, index) => (index === 0 ? SHARED : 0))
    case FORMAT.mixed:
      return split(bytes, LENGTH + TAG, (at) => bytes.readUInt16BE(at + LENGTH))
    default:
      throw malformed('is of no known format')
  }
}

/** @param tagOf the tag of the piece with this index, whose header is at `at` */
function split(bytes: Buffer, header: number, tagOf: (at: number, index: number) => number): Place[] {
  const places: Place[] = []
  for (let at = 1; at < bytes.length; ) {
    const start = at + header
    const end = start <= bytes.length ? start + bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY
    if (end > bytes.length) throw malformed('is cut short')
    places.push({ tag: tagOf(at, places.length), start, end })
    at = end
  }
  return places
}

function malformed(text: string): SyncError {
  return new SyncError('frame', `feathers-sync: a payload came in that ${text}`)
}
