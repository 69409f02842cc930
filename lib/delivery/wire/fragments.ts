import {
  EVENTS_OVERHEAD,
  encodeFrame,
  FRAGMENT_OVERHEAD,
  type FragmentFrame,
  MAX_FRAGMENTS
} from './frame.js'
import { UNIT_OVERHEAD } from './unit.js'

const MIB = 1024 * 1024

/** The largest payload of an event, in bytes, serialized: the same on every broker. */
export const MAX_EVENT = 64 * MIB

/** Bytes that may wait for reassembly, of one origin and of all: the largest event in the smallest fragments, and a second one. */
const LIMIT = { origin: 72 * MIB, total: 144 * MIB }

/** A frame of which nothing more has come for so long is not completed any more, in ms. */
const EXPIRY = 30_000

/** What a fragment costs besides its bytes: many small ones must not bypass the limits. */
const FRAGMENT_COST = 256

/** The largest payload that can be sent and reassembled over a broker that accepts messages of `maxPayload` bytes. */
export function largestPayload(maxPayload: number): number {
  const frame = Math.max(maxPayload, MAX_FRAGMENTS * (maxPayload - FRAGMENT_OVERHEAD))
  return Math.min(MAX_EVENT, frame - EVENTS_OVERHEAD - UNIT_OVERHEAD)
}

/** The fragments of a frame that is larger than `size` bytes; each is made when it is taken. */
export function fragments(frame: Buffer, size: number, origin: string, first: number) {
  const room = size - FRAGMENT_OVERHEAD
  const count = Math.ceil(frame.length / room)
  return { count, iterator: fragmentsOf(frame, room, origin, first, count) }
}

function* fragmentsOf(
  frame: Buffer,
  room: number,
  origin: string,
  first: number,
  total: number
): Generator<Buffer> {
  for (let index = 0; index < total; index += 1) {
    const chunk = frame.subarray(index * room, (index + 1) * room)
    yield encodeFrame({ kind: 'fragment', origin, first, index, total, chunk })
  }
}

/** The fragments of one frame received so far. */
interface Pending {
  readonly chunks: Map<number, Uint8Array>
  /** The size of all chunks but the last, 0 if only that has come. */
  size: number
  bytes: number
  /** When its latest fragment came. */
  at: number
}

/** The incomplete frames of one origin, least recently extended first. */
interface OriginFrames {
  readonly frames: Map<string, Pending>
  bytes: number
}

/** Joins the fragments of frames. Frames that are never completed are dropped in favor of later ones. */
export class Reassembly {
  /** By origin, the least recently heard first. */
  readonly #origins = new Map<string, OriginFrames>()
  readonly #now: () => number
  #bytes = 0

  /** @param now in ms */
  constructor(now: () => number = () => 0) {
    this.#now = now
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Takes a fragment; returns the whole frame with the last one. */
  take({ origin, first, index, total, chunk }: FragmentFrame): Buffer | undefined {
    const at = this.#now()
    this.#expire(at - EXPIRY)
    const own = this.#origins.get(origin) ?? { frames: new Map<string, Pending>(), bytes: 0 }
    const key = `${first} ${total}`
    const isLast = index === total - 1
    const known = own.frames.get(key)
    if (known && isOfAnother(known, index, isLast, chunk)) this.#drop(origin, own, key)
    const pending = own.frames.get(key) ?? { chunks: new Map<number, Uint8Array>(), size: 0, bytes: 0, at }
    if (pending.chunks.has(index)) return undefined
    if (!isLast) pending.size = chunk.length
    // A copy: the driver's buffer can be larger than the chunk, and may be reused.
    pending.chunks.set(index, Buffer.from(chunk))
    const cost = chunk.length + FRAGMENT_COST
    for (const sum of [pending, own]) sum.bytes += cost
    this.#bytes += cost
    pending.at = at
    moveToEnd(own.frames, key, pending)
    moveToEnd(this.#origins, origin, own)
    if (pending.chunks.size < total) {
      this.#makeRoom(origin, own)
      return undefined
    }
    this.#drop(origin, own, key)
    return Buffer.concat(
      Array.from({ length: total }, (_, number) => pending.chunks.get(number) as Uint8Array)
    )
  }

  /** Drops the fragments of an origin that has left. */
  forget(origin: string): void {
    this.#bytes -= this.#origins.get(origin)?.bytes ?? 0
    this.#origins.delete(origin)
  }

  #expire(until: number): void {
    for (const [origin, own] of this.#origins) {
      for (const [key, { at }] of own.frames) {
        if (at > until) return
        this.#drop(origin, own, key)
      }
    }
  }

  #makeRoom(origin: string, own: OriginFrames): void {
    for (const key of own.frames.keys()) {
      if (own.bytes <= LIMIT.origin) break
      this.#drop(origin, own, key)
    }
    for (const [name, other] of this.#origins) {
      for (const key of other.frames.keys()) {
        if (this.#bytes <= LIMIT.total) return
        this.#drop(name, other, key)
      }
    }
  }

  #drop(origin: string, from: OriginFrames, key: string): void {
    const bytes = from.frames.get(key)?.bytes ?? 0
    from.frames.delete(key)
    from.bytes -= bytes
    this.#bytes -= bytes
    if (from.frames.size === 0) this.#origins.delete(origin)
  }
}

function moveToEnd<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key)
  map.set(key, value)
}

/** Whether a fragment belongs to another frame than those before: one that begins with the same event, in other fragments. */
function isOfAnother({ chunks, size }: Pending, index: number, isLast: boolean, chunk: Uint8Array): boolean {
  if (size > 0 && (isLast ? chunk.length > size : chunk.length !== size)) return true
  const start = index === 0 ? chunks.get(0) : undefined
  return start !== undefined && Buffer.compare(start, chunk) !== 0
}
