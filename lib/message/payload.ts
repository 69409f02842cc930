import { SyncError } from '../errors.js'
import type { Serialized } from './serializer.js'

/** The first byte of a payload: one message, or a message that many events share and then theirs. */
const FORMAT = { one: 0, many: 1 } as const
const LENGTH = 4

/** Small payloads are written into one buffer, side by side: `Buffer`'s own pool is so small that it costs more than the writing. */
const POOL_SIZE = 64 * 1024

export class PayloadWriter {
  #pool = Buffer.alloc(0)
  #used = 0

  /** The payload of one event. */
  one(message: Serialized): Buffer {
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

  /** The payload of several events: what they share, then what each has of its own. */
  many(shared: Buffer, items: readonly Buffer[]): Buffer {
    const pieces: Buffer[] = [Buffer.of(FORMAT.many)]
    for (const bytes of [shared, ...items]) {
      const length = Buffer.allocUnsafe(LENGTH)
      length.writeUInt32BE(bytes.length)
      pieces.push(length, bytes)
    }
    return Buffer.concat(pieces)
  }
}

/** Returns how many bytes it took. */
function write(message: Serialized, bytes: Buffer, at: number): number {
  bytes[at] = FORMAT.one
  if (typeof message === 'string') return 1 + bytes.write(message, at + 1)
  bytes.set(message, at + 1)
  return 1 + message.length
}

/**
 * What is in a payload: the message of one event alone, or what `items` share.
 *
 * @throws SyncError of kind `frame` if it is malformed, or not one of `count` events
 */
export function readPayload(payload: Uint8Array, count: number): { message: Buffer; items?: Buffer[] } {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (bytes[0] === FORMAT.one && count === 1) return { message: bytes.subarray(1) }
  if (bytes[0] !== FORMAT.many) throw malformed('is of no known format')
  const pieces: Buffer[] = []
  for (let at = 1; at < bytes.length; ) {
    const from = at + LENGTH
    const to = from <= bytes.length ? from + bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY
    if (to > bytes.length) throw malformed('is cut short')
    pieces.push(bytes.subarray(from, to))
    at = to
  }
  const [message, ...items] = pieces
  if (!message || items.length !== count) throw malformed(`is not one of ${count} events`)
  return { message, items }
}

function malformed(text: string): SyncError {
  return new SyncError('frame', `feathers-sync: a payload came in that ${text}`)
}
