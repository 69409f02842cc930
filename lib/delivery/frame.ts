import { randomBytes } from 'node:crypto'
import { SyncError } from '../errors.js'

/** How many bytes name an instance. */
const ORIGIN_LENGTH = 16

/** No JSON text begins with the first byte; the fourth makes it no BSON document, whose length would be negative. */
const MAGIC = Buffer.from([0xff, 0x46, 0x53, 0xff])
const VERSION = 4
const HEADER_LENGTH = MAGIC.length + 1 + ORIGIN_LENGTH

/** What travels over a broker: `FF 46 53 FF`, a version byte, the 16 bytes of the origin, then one event's payload. */
export interface Frame {
  /** The instance that made the event, in hexadecimal. */
  origin: string
  payload: Uint8Array
}

/** A random 128-bit id for one configured application, in hexadecimal. */
export function newOrigin(): string {
  return randomBytes(ORIGIN_LENGTH).toString('hex')
}

export function encodeFrame({ origin, payload }: Frame): Buffer {
  return Buffer.concat([MAGIC, Buffer.of(VERSION), Buffer.from(origin, 'hex'), payload])
}

/** @throws SyncError of kind `frame` for anything that `encodeFrame` did not write */
export function decodeFrame(bytes: Uint8Array): Frame {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < HEADER_LENGTH || !buffer.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new SyncError(
      'frame',
      `feathers-sync: a message of ${buffer.length} bytes came in that no feathers-sync 4 wrote. ` +
        'Is the `key` option shared with another application, or with instances of feathers-sync 3?'
    )
  }
  const version = buffer[MAGIC.length]
  if (version !== VERSION) {
    throw new SyncError(
      'frame',
      `feathers-sync: a message of version ${version} came in, this instance reads ${VERSION}: upgrade it`
    )
  }
  return {
    origin: buffer.toString('hex', MAGIC.length + 1, HEADER_LENGTH),
    payload: buffer.subarray(HEADER_LENGTH)
  }
}
