import { randomBytes } from 'node:crypto'
import { asBuffer, hasAt } from '../../bytes.js'
import { SyncError } from '../../errors.js'
import { type Batch, malformed, receivedBatch } from './batch.js'
import { Origins } from './origins.js'
import { decodeSections, encodeSections, type Sections } from './sections.js'
import type { Range } from './unit.js'

/** Consecutive events of the sender. */
export interface EventsFrame extends Batch {
  readonly kind: 'events'
  readonly origin: string
  /** How long the sender has existed, in ms. */
  readonly age: number
  /** Not the first transmission of these events. */
  readonly retransmission: boolean
}

/** The state of the sender's sequence. */
export interface HeartbeatFrame extends Sections {
  readonly kind: 'heartbeat'
  readonly origin: string
  readonly age: number
  /** The oldest event that can be retransmitted: `last + 1` if there is none. */
  readonly oldest: number
  /** The last event sent, 0 before the first. */
  readonly last: number
  /** The sender has just subscribed and requests the heartbeats of the others. */
  readonly join: boolean
  /** The sender leaves: this is its last frame. */
  readonly leave: boolean
}

/** The sender is missing events of `target`, and requests their retransmission. */
export interface NackFrame {
  readonly kind: 'nack'
  readonly origin: string
  readonly target: string
  readonly ranges: readonly Range[]
}

/** A piece of a frame that is larger than the broker's largest message. */
export interface FragmentFrame {
  readonly kind: 'fragment'
  readonly origin: string
  /** The sequence number of the first event in the whole frame. */
  readonly first: number
  /** From 0. */
  readonly index: number
  readonly total: number
  readonly chunk: Uint8Array
}

export type Frame = EventsFrame | HeartbeatFrame | NackFrame | FragmentFrame

/** The first byte begins no JSON text; the fourth rules out BSON, because the document's length would be negative. */
const MAGIC = Buffer.from([0xff, 0x46, 0x53, 0xff])
const VERSION = 4
const ORIGIN_LENGTH = 16
const VERSION_AT = MAGIC.length
export const KIND_AT = VERSION_AT + 1
/** Where the origin is in each frame, and where it ends. */
export const ORIGIN_AT = KIND_AT + 1
export const BODY_AT = ORIGIN_AT + ORIGIN_LENGTH

/** `sealed` is of `sealing/`: it has one of the others in it. */
export const KINDS = { events: 1, heartbeat: 2, nack: 3, fragment: 4, sealed: 5 } as const
/** Sequence numbers and ages take 6 bytes, which JavaScript represents exactly. */
export const NUMBER = 6
const MAX_NUMBER = 2 ** (8 * NUMBER) - 1
const RETRANSMISSION = 1
const JOIN = 1
const LEAVE = 2

/** Flags, age and the first sequence number. */
const EVENTS_HEADER = 1 + NUMBER + NUMBER
const HEARTBEAT_LENGTH = 1 + 3 * NUMBER
const RANGE_LENGTH = 2 * NUMBER
const FRAGMENT_HEADER = NUMBER + 2 + 2

/** The size of a fragment without its chunk, in bytes. */
export const FRAGMENT_OVERHEAD = BODY_AT + FRAGMENT_HEADER
/** How many ranges a NACK can request. */
export const MAX_RANGES = 32
/** How many fragments a frame can have. */
export const MAX_FRAGMENTS = 0xffff
/** The size of a frame of events without its units, in bytes. */
export const EVENTS_OVERHEAD = BODY_AT + EVENTS_HEADER

const origins = new Origins(ORIGIN_LENGTH)

/** A random 128-bit id for one configured application, in hexadecimal. */
export function newOrigin(): string {
  return randomBytes(ORIGIN_LENGTH).toString('hex')
}

export function encodeFrame(frame: Frame): Buffer {
  switch (frame.kind) {
    case 'events':
      return encodeEvents(frameHead(frame), frame.age, frame.retransmission, frame)
    case 'heartbeat': {
      const sections = encodeSections(frame)
      const length = sections.reduce((sum, section) => sum + section.length, HEARTBEAT_LENGTH)
      const bytes = start(frame, length)
      bytes[BODY_AT] = (frame.join ? JOIN : 0) | (frame.leave ? LEAVE : 0)
      let at = BODY_AT + 1
      for (const number of [frame.age, frame.oldest, frame.last]) at = bytes.writeUIntBE(number, at, NUMBER)
      for (const section of sections) at += section.copy(bytes, at)
      return bytes
    }
    case 'nack': {
      const bytes = start(frame, ORIGIN_LENGTH + frame.ranges.length * RANGE_LENGTH)
      let at = BODY_AT + bytes.write(frame.target, BODY_AT, 'hex')
      for (const { from, to } of frame.ranges) {
        at = bytes.writeUIntBE(from, at, NUMBER)
        at = bytes.writeUIntBE(to, at, NUMBER)
      }
      return bytes
    }
    case 'fragment': {
      const bytes = start(frame, FRAGMENT_HEADER + frame.chunk.length)
      let at = bytes.writeUIntBE(frame.first, BODY_AT, NUMBER)
      at = bytes.writeUInt16BE(frame.index, at)
      at = bytes.writeUInt16BE(frame.total, at)
      bytes.set(frame.chunk, at)
      return bytes
    }
  }
}

/** An `EventsFrame`; `head` is the `frameHead` of an instance, which is the same each time. */
export function encodeEvents(head: Buffer, age: number, retransmission: boolean, batch: Batch): Buffer {
  const bytes = Buffer.allocUnsafe(EVENTS_OVERHEAD + batch.bytes.length)
  bytes.set(head)
  bytes[BODY_AT] = retransmission ? RETRANSMISSION : 0
  bytes.writeUIntBE(age, BODY_AT + 1, NUMBER)
  bytes.writeUIntBE(batch.first, BODY_AT + 1 + NUMBER, NUMBER)
  bytes.set(batch.bytes, EVENTS_OVERHEAD)
  return bytes
}

/** What all frames of a kind and an origin begin with. */
export function frameHead({ kind, origin }: { kind: keyof typeof KINDS; origin: string }): Buffer {
  return Buffer.concat([MAGIC, Buffer.from([VERSION, KINDS[kind]]), Buffer.from(origin, 'hex')])
}

function start(frame: Frame, bodyLength: number): Buffer {
  const bytes = Buffer.allocUnsafe(BODY_AT + bodyLength)
  bytes.set(frameHead(frame))
  return bytes
}

/** Whether the bytes begin like a frame; otherwise they are another message, such as one of feathers-sync 3. */
export function isFrame(bytes: Uint8Array): boolean {
  return hasAt(bytes, MAGIC, 0)
}

/** @throws SyncError of kind `frame` for anything that `encodeFrame` does not write */
export function decodeFrame(received: Uint8Array): Frame {
  const bytes = asBuffer(received)
  if (!isFrame(bytes)) throw malformed('is not a frame')
  if (bytes.length < BODY_AT) throw malformed('is truncated')
  const version = bytes[VERSION_AT]
  if (version !== VERSION) {
    throw new SyncError(
      'frame',
      `feathers-sync: received a message of version ${version}, but this instance reads version ${VERSION}: upgrade it`
    )
  }
  const origin = origins.read(bytes, ORIGIN_AT)
  switch (bytes[KIND_AT]) {
    case KINDS.events:
      return decodeEvents(bytes, origin)
    case KINDS.heartbeat:
      return decodeHeartbeat(bytes, origin)
    case KINDS.nack:
      return decodeNack(bytes, origin)
    case KINDS.fragment:
      return decodeFragment(bytes, origin)
    default:
      throw malformed(`has the unknown kind ${bytes[KIND_AT]}`)
  }
}

function decodeEvents(bytes: Buffer, origin: string): EventsFrame {
  if (bytes.length < EVENTS_OVERHEAD) throw malformed('is truncated')
  const age = bytes.readUIntBE(BODY_AT + 1, NUMBER)
  const first = bytes.readUIntBE(BODY_AT + 1 + NUMBER, NUMBER)
  if (first < 1) throw malformed('has an event with the sequence number 0')
  const { next, bytes: units } = receivedBatch(bytes.subarray(EVENTS_OVERHEAD), first)
  // The event after it must be one that a NACK can request.
  if (next > MAX_NUMBER) throw malformed('has events past the largest sequence number')
  const retransmission = ((bytes[BODY_AT] as number) & RETRANSMISSION) !== 0
  return { kind: 'events', origin, age, retransmission, first, next, bytes: units }
}

function decodeHeartbeat(bytes: Buffer, origin: string): HeartbeatFrame {
  if (bytes.length < BODY_AT + HEARTBEAT_LENGTH) throw malformed('has the wrong length')
  const flags = bytes[BODY_AT] as number
  const [age, oldest, last] = [0, 1, 2].map((index) =>
    bytes.readUIntBE(BODY_AT + 1 + index * NUMBER, NUMBER)
  ) as [number, number, number]
  if (oldest < 1 || oldest > last + 1) throw malformed(`has events ${oldest} to ${last}`)
  const [join, leave] = [(flags & JOIN) !== 0, (flags & LEAVE) !== 0]
  const sections = decodeSections(bytes.subarray(BODY_AT + HEARTBEAT_LENGTH))
  return { kind: 'heartbeat', origin, age, oldest, last, join, leave, ...sections }
}

function decodeNack(bytes: Buffer, origin: string): NackFrame {
  const targetEnd = BODY_AT + ORIGIN_LENGTH
  const count = (bytes.length - targetEnd) / RANGE_LENGTH
  if (!Number.isInteger(count) || count < 1) throw malformed('has the wrong length')
  if (count > MAX_RANGES) throw malformed(`requests ${count} ranges`)
  const ranges = Array.from({ length: count }, (_, index) => {
    const at = targetEnd + index * RANGE_LENGTH
    return { from: bytes.readUIntBE(at, NUMBER), to: bytes.readUIntBE(at + NUMBER, NUMBER) }
  })
  let end = 0
  for (const { from, to } of ranges) {
    // Ascending and disjoint: overlapping ranges would multiply the work of answering.
    if (from <= end || from > to) throw malformed(`requests events ${from} to ${to} after ${end}`)
    end = to
  }
  return { kind: 'nack', origin, target: bytes.toString('hex', BODY_AT, targetEnd), ranges }
}

function decodeFragment(bytes: Buffer, origin: string): FragmentFrame {
  if (bytes.length <= FRAGMENT_OVERHEAD) throw malformed('is truncated')
  const first = bytes.readUIntBE(BODY_AT, NUMBER)
  const index = bytes.readUInt16BE(BODY_AT + NUMBER)
  const total = bytes.readUInt16BE(BODY_AT + NUMBER + 2)
  if (first < 1 || total < 2 || index >= total) throw malformed(`is fragment ${index} of ${total}`)
  return { kind: 'fragment', origin, first, index, total, chunk: bytes.subarray(FRAGMENT_OVERHEAD) }
}
