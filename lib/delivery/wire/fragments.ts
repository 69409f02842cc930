import { encodeFrame, FRAGMENT_OVERHEAD, type FragmentFrame, MAX_FRAGMENTS } from './frame.js'

/** Bytes that may wait for reassembly, of one origin and of all. */
const LIMIT = { origin: 64 * 1024 * 1024, total: 128 * 1024 * 1024 }

/** What a fragment costs besides its bytes: many small ones must not bypass the limits. */
const FRAGMENT_COST = 256

/** The largest frame that can be sent and reassembled over a broker that accepts messages of `maxPayload` bytes. */
export function largestFrame(maxPayload: number): number {
  const size = maxPayload - FRAGMENT_OVERHEAD
  const fragments = Math.min(MAX_FRAGMENTS, Math.floor(LIMIT.origin / (size + FRAGMENT_COST)))
  return fragments > 1 ? Math.max(maxPayload, fragments * size) : maxPayload
}

/** `bytes`, or its fragments if the broker accepts only smaller messages. */
export function split(bytes: Buffer, maxPayload: number, origin: string, first: number): Buffer[] {
  if (bytes.length <= maxPayload) return [bytes]
  const size = maxPayload - FRAGMENT_OVERHEAD
  const total = Math.ceil(bytes.length / size)
  return Array.from({ length: total }, (_, index) => {
    const chunk = bytes.subarray(index * size, (index + 1) * size)
    return encodeFrame({ kind: 'fragment', origin, first, index, total, chunk })
  })
}

/** The fragments of one frame received so far. */
interface Pending {
  readonly chunks: Map<number, Uint8Array>
  bytes: number
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
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Takes a fragment; returns the whole frame with the last one. */
  take({ origin, first, index, total, chunk }: FragmentFrame): Buffer | undefined {
    const own = this.#origins.get(origin) ?? { frames: new Map<string, Pending>(), bytes: 0 }
    const key = `${first} ${total}`
    const pending = own.frames.get(key) ?? { chunks: new Map<number, Uint8Array>(), bytes: 0 }
    if (pending.chunks.has(index)) return undefined
    // A copy: the driver's buffer can be larger than the chunk, and may be reused.
    pending.chunks.set(index, Buffer.from(chunk))
    const cost = chunk.length + FRAGMENT_COST
    for (const sum of [pending, own]) sum.bytes += cost
    this.#bytes += cost
    moveToEnd(own.frames, key, pending)
    moveToEnd(this.#origins, origin, own)
    if (pending.chunks.size < total) {
      this.#makeRoom(origin, own)
      return undefined
    }
    this.#drop(origin, own, key)
    return Buffer.concat(Array.from({ length: total }, (_, at) => pending.chunks.get(at) as Uint8Array))
  }

  /** Drops the fragments of an origin that has left. */
  forget(origin: string): void {
    this.#bytes -= this.#origins.get(origin)?.bytes ?? 0
    this.#origins.delete(origin)
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
