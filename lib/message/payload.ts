import { asBuffer } from '../bytes.js'
import { SyncError } from '../errors.js'

/** The first byte of a payload: one message; what events share and then theirs; any sequence of these. */
const FORMAT = { one: 0, many: 1, mixed: 2 } as const
const LENGTH = 4
const TAG = 2

/** The tag of a message of its own. */
export const WHOLE = 0xffff
/** The tag of what the events of a list share. Lists are numbered from 0 on; the number is the tag of their items. */
export const SHARED = 0xfffe

export interface Piece {
  /** `WHOLE`, `SHARED`, or the number of the list. */
  readonly tag: number
  readonly bytes: Buffer
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
  many(shared: Buffer, items: readonly Buffer[]): Buffer {
    const chunks: Buffer[] = [Buffer.of(FORMAT.many)]
    for (const bytes of [shared, ...items]) {
      const length = Buffer.allocUnsafe(LENGTH)
      length.writeUInt32BE(bytes.length)
      chunks.push(length, bytes)
    }
    return Buffer.concat(chunks)
  }

  /** The payload of events of several lists, or of none, in their order. */
  mixed(pieces: readonly Piece[]): Buffer {
    const chunks: Buffer[] = [Buffer.of(FORMAT.mixed)]
    for (const { tag, bytes } of pieces) {
      const header = Buffer.allocUnsafe(LENGTH + TAG)
      header.writeUInt32BE(bytes.length)
      header.writeUInt16BE(tag, LENGTH)
      chunks.push(header, bytes)
    }
    return Buffer.concat(chunks)
  }
}

/** Returns how many bytes it took. */
function write(message: string | Uint8Array, bytes: Buffer, at: number): number {
  bytes[at] = FORMAT.one
  if (typeof message === 'string') return 1 + bytes.write(message, at + 1)
  bytes.set(message, at + 1)
  return 1 + message.length
}

/** Where the message of one event begins in its payload. */
export const ONE_AT = 1

/** @throws SyncError of kind `frame` if it is not one of `count` events */
export function isOne(payload: Uint8Array, count: number): boolean {
  if (payload[0] !== FORMAT.one) return false
  if (count !== 1) throw malformed(`is not one of ${count} events`)
  return true
}

/**
 * What is in a payload, as views of it. Each item comes after what it shares.
 *
 * @throws SyncError of kind `frame` if it is malformed, or not one of `count` events
 */
export function readPayload(payload: Uint8Array, count: number): Piece[] {
  const pieces = piecesOf(asBuffer(payload))
  let [events, lists] = [0, 0]
  for (const { tag } of pieces) {
    if (tag === SHARED) lists += 1
    else if (tag === WHOLE || tag < lists) events += 1
    else throw malformed('is inconsistent: an item is of an unknown list')
  }
  if (events !== count) throw malformed(`is not one of ${count} events`)
  return pieces
}

function piecesOf(bytes: Buffer): Piece[] {
  switch (bytes[0]) {
    case FORMAT.one:
      return [{ tag: WHOLE, bytes: bytes.subarray(ONE_AT) }]
    case FORMAT.many:
      return split(bytes, LENGTH, (_at, index) => (index === 0 ? SHARED : 0))
    case FORMAT.mixed:
      return split(bytes, LENGTH + TAG, (at) => bytes.readUInt16BE(at + LENGTH))
    default:
      throw malformed('is of no known format')
  }
}

/** @param tagOf the tag of the piece with this index, whose header is at `at` */
function split(bytes: Buffer, header: number, tagOf: (at: number, index: number) => number): Piece[] {
  const pieces: Piece[] = []
  for (let at = 1; at < bytes.length; ) {
    const from = at + header
    const to = from <= bytes.length ? from + bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY
    if (to > bytes.length) throw malformed('is cut short')
    pieces.push({ tag: tagOf(at, pieces.length), bytes: bytes.subarray(from, to) })
    at = to
  }
  return pieces
}

function malformed(text: string): SyncError {
  return new SyncError('frame', `feathers-sync: a payload came in that ${text}`)
}
