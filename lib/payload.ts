import { SyncError } from './errors.js'

/** The first byte of a payload: one message of the serialiser, or a message that many events share and then theirs. */
const FORMAT = { one: 0, many: 1 } as const
const LENGTH = 4

type Serialized = string | Uint8Array

/** The payload of one event. */
export function payloadOf(message: Serialized): Buffer {
  const length = typeof message === 'string' ? Buffer.byteLength(message) : message.length
  const payload = Buffer.allocUnsafe(1 + length)
  payload[0] = FORMAT.one
  if (typeof message === 'string') payload.write(message, 1)
  else payload.set(message, 1)
  return payload
}

/** The payload of several events: what they share, then what each has of its own. */
export function payloadOfMany(shared: Buffer, items: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [Buffer.of(FORMAT.many)]
  for (const bytes of [shared, ...items]) {
    const length = Buffer.allocUnsafe(LENGTH)
    length.writeUInt32BE(bytes.length)
    pieces.push(length, bytes)
  }
  return Buffer.concat(pieces)
}

/**
 * What is in a payload: the message of one event alone, or what `items` share.
 *
 * @throws SyncError of kind `frame` where it is none, or not one of `count` events
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
