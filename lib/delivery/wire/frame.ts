import { randomBytes } from 'node:crypto'
import { SyncError } from '../../errors.js'
import { type Batch, malformed, receivedBatch } from './batch.js'
import type { Range } from './range.js'

/** Consecutive events of the sender. */
export interface EventsFrame extends Batch {
  readonly kind: 'events'
  readonly origin: string
  /** How long the sender has been there, in ms. */
  readonly age: number
  /** Sent before, and sent again now. */
  readonly resent: boolean
}

/** Where the sender's numbers stand. */
export interface BeatFrame {
  readonly kind: 'beat'
  readonly origin: string
  readonly age: number
  /** The oldest event that can be sent again: `last + 1` where there is none. */
  readonly oldest: number
  /** The last event that was sent, 0 before the first. */
  readonly last: number
  /** The sender has just subscribed, and asks the others for their beats. */
  readonly join: boolean
  /** The sender leaves: this is its last frame. */
  readonly bye: boolean
}

/** The sender misses events of `target`. */
export interface AskFrame {
  readonly kind: 'ask'
  readonly origin: string
  readonly target: string
  readonly ranges: readonly Range[]
}

/** A piece of a frame that is larger than the broker takes. */
export interface PartFrame {
  readonly kind: 'part'
  readonly origin: string
  /** The number of the first event in the whole frame. */
  readonly first: number
  /** From 0. */
  readonly index: number
  readonly total: number
  readonly chunk: Uint8Array
}

export type Frame = EventsFrame | BeatFrame | AskFrame | PartFrame

/** No JSON text begins with the first byte; the fourth makes it no BSON document, whose length would be negative. */
const MAGIC = Buffer.from([0xff, 0x46, 0x53, 0xff])
const VERSION = 4
const ORIGIN_LENGTH = 16
const VERSION_AT = MAGIC.length
const KIND_AT = VERSION_AT + 1
const ORIGIN_AT = KIND_AT + 1
const BODY_AT = ORIGIN_AT + ORIGIN_LENGTH

const KINDS = { events: 1, beat: 2, ask: 3, part: 4 } as const
/** Event numbers and ages take 6 bytes; they are exact in JavaScript. */
const NUMBER = 6
const MAX_NUMBER = 2 ** (8 * NUMBER) - 1
const RESENT = 1
const JOIN = 1
const BYE = 2

/** Flags, age and the first number. */
const EVENTS_HEADER = 1 + NUMBER + NUMBER
const BEAT_LENGTH = 1 + 3 * NUMBER
const RANGE_LENGTH = 2 * NUMBER
const PART_HEADER = NUMBER + 2 + 2

/** What a part has besides its chunk, in bytes. */
export const PART_OVERHEAD = BODY_AT + PART_HEADER
/** How many ranges are asked for at once. */
export const MAX_RANGES = 32
/** How many parts a frame can have. */
export const MAX_PARTS = 0xffff
/** What a frame of events has besides its units, in bytes. */
export const EVENTS_OVERHEAD = BODY_AT + EVENTS_HEADER

/** A random 128-bit id for one configured application, in hexadecimal. */
export function newOrigin(): string {
  return randomBytes(ORIGIN_LENGTH).toString('hex')
}

export function encodeFrame(frame: Frame): Buffer {
  switch (frame.kind) {
    case 'events': {
      const bytes = start(frame, EVENTS_HEADER + frame.bytes.length)
      bytes[BODY_AT] = frame.resent ? RESENT : 0
      let at = bytes.writeUIntBE(frame.age, BODY_AT + 1, NUMBER)
      at = bytes.writeUIntBE(frame.first, at, NUMBER)
      bytes.set(frame.bytes, at)
      return bytes
    }
    case 'beat': {
      const bytes = start(frame, BEAT_LENGTH)
      bytes[BODY_AT] = (frame.join ? JOIN : 0) | (frame.bye ? BYE : 0)
      let at = BODY_AT + 1
      for (const number of [frame.age, frame.oldest, frame.last]) at = bytes.writeUIntBE(number, at, NUMBER)
      return bytes
    }
    case 'ask': {
      const bytes = start(frame, ORIGIN_LENGTH + frame.ranges.length * RANGE_LENGTH)
      let at = BODY_AT + bytes.write(frame.target, BODY_AT, 'hex')
      for (const { from, to } of frame.ranges) {
        at = bytes.writeUIntBE(from, at, NUMBER)
        at = bytes.writeUIntBE(to, at, NUMBER)
      }
      return bytes
    }
    case 'part': {
      const bytes = start(frame, PART_HEADER + frame.chunk.length)
      let at = bytes.writeUIntBE(frame.first, BODY_AT, NUMBER)
      at = bytes.writeUInt16BE(frame.index, at)
      at = bytes.writeUInt16BE(frame.total, at)
      bytes.set(frame.chunk, at)
      return bytes
    }
  }
}

function start({ kind, origin }: Frame, bodyLength: number): Buffer {
  const bytes = Buffer.allocUnsafe(BODY_AT + bodyLength)
  bytes.set(MAGIC)
  bytes[VERSION_AT] = VERSION
  bytes[KIND_AT] = KINDS[kind]
  bytes.write(origin, ORIGIN_AT, 'hex')
  return bytes
}

/** Does it begin as frames do? Else it is a message of another kind, such as one of feathers-sync 3. */
export function isFrame(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.compare(bytes, 0, MAGIC.length) === 0
}

/** @throws SyncError of kind `frame` for anything that `encodeFrame` did not write */
export function decodeFrame(received: Uint8Array): Frame {
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength)
  if (!isFrame(bytes)) throw malformed('is no frame')
  if (bytes.length < BODY_AT) throw malformed('is cut short')
  const version = bytes[VERSION_AT]
  if (version !== VERSION) {
    throw new SyncError(
      'frame',
      `feathers-sync: a message of version ${version} came in, this instance reads ${VERSION}: upgrade it`
    )
  }
  const origin = bytes.toString('hex', ORIGIN_AT, BODY_AT)
  switch (bytes[KIND_AT]) {
    case KINDS.events:
      return decodeEvents(bytes, origin)
    case KINDS.beat:
      return decodeBeat(bytes, origin)
    case KINDS.ask:
      return decodeAsk(bytes, origin)
    case KINDS.part:
      return decodePart(bytes, origin)
    default:
      throw malformed(`is of the unknown kind ${bytes[KIND_AT]}`)
  }
}

function decodeEvents(bytes: Buffer, origin: string): EventsFrame {
  if (bytes.length < EVENTS_OVERHEAD) throw malformed('is cut short')
  const age = bytes.readUIntBE(BODY_AT + 1, NUMBER)
  const first = bytes.readUIntBE(BODY_AT + 1 + NUMBER, NUMBER)
  if (first < 1) throw malformed('has an event of number 0')
  const batch = receivedBatch(bytes.subarray(EVENTS_OVERHEAD), first)
  // What comes after it has to be a number that can be asked for.
  if (batch.next > MAX_NUMBER) throw malformed('has events past the largest number')
  return { kind: 'events', origin, age, resent: ((bytes[BODY_AT] as number) & RESENT) !== 0, ...batch }
}

function decodeBeat(bytes: Buffer, origin: string): BeatFrame {
  if (bytes.length !== BODY_AT + BEAT_LENGTH) throw malformed('is not of its length')
  const flags = bytes[BODY_AT] as number
  const [age, oldest, last] = [0, 1, 2].map((index) =>
    bytes.readUIntBE(BODY_AT + 1 + index * NUMBER, NUMBER)
  ) as [number, number, number]
  if (oldest < 1 || oldest > last + 1) throw malformed(`has events ${oldest} to ${last}`)
  return { kind: 'beat', origin, age, oldest, last, join: (flags & JOIN) !== 0, bye: (flags & BYE) !== 0 }
}

function decodeAsk(bytes: Buffer, origin: string): AskFrame {
  const targetEnd = BODY_AT + ORIGIN_LENGTH
  const count = (bytes.length - targetEnd) / RANGE_LENGTH
  if (!Number.isInteger(count) || count < 1) throw malformed('is not of its length')
  if (count > MAX_RANGES) throw malformed(`asks for ${count} ranges`)
  const ranges = Array.from({ length: count }, (_, index) => {
    const at = targetEnd + index * RANGE_LENGTH
    return { from: bytes.readUIntBE(at, NUMBER), to: bytes.readUIntBE(at + NUMBER, NUMBER) }
  })
  for (const { from, to } of ranges) if (from < 1 || from > to) throw malformed(`asks for ${from} to ${to}`)
  return { kind: 'ask', origin, target: bytes.toString('hex', BODY_AT, targetEnd), ranges }
}

function decodePart(bytes: Buffer, origin: string): PartFrame {
  if (bytes.length <= PART_OVERHEAD) throw malformed('is cut short')
  const first = bytes.readUIntBE(BODY_AT, NUMBER)
  const index = bytes.readUInt16BE(BODY_AT + NUMBER)
  const total = bytes.readUInt16BE(BODY_AT + NUMBER + 2)
  if (first < 1 || total < 2 || index >= total) throw malformed(`is part ${index} of ${total}`)
  return { kind: 'part', origin, first, index, total, chunk: bytes.subarray(PART_OVERHEAD) }
}
