import { encodeFrame, MAX_PARTS, PART_OVERHEAD, type PartFrame } from './frame.js'

/** Bytes that may wait to be rejoined, of one origin and of all. */
const LIMIT = { origin: 64 * 1024 * 1024, total: 128 * 1024 * 1024 }

/** What a part costs besides its bytes: many small ones must not get round the limits. */
const PART_COST = 256

/** The largest frame that can be sent, and joined again, over a broker that takes messages of `maxPayload` bytes. */
export function largestFrame(maxPayload: number): number {
  const size = maxPayload - PART_OVERHEAD
  const parts = Math.min(MAX_PARTS, Math.floor(LIMIT.origin / (size + PART_COST)))
  return parts > 1 ? Math.max(maxPayload, parts * size) : maxPayload
}

/** `bytes`, or the parts of it where the broker takes only smaller messages. */
export function split(bytes: Buffer, maxPayload: number, origin: string, first: number): Buffer[] {
  if (bytes.length <= maxPayload) return [bytes]
  const size = maxPayload - PART_OVERHEAD
  const total = Math.ceil(bytes.length / size)
  return Array.from({ length: total }, (_, index) => {
    const chunk = bytes.subarray(index * size, (index + 1) * size)
    return encodeFrame({ kind: 'part', origin, first, index, total, chunk })
  })
}

/** The parts of one frame that have come. */
interface Pending {
  readonly chunks: Map<number, Uint8Array>
  bytes: number
}

/** What has come of one origin: the frame that got its last part longest ago comes first. */
interface Heap {
  readonly frames: Map<string, Pending>
  bytes: number
}

/** Joins the parts of frames. What is never completed makes room for what comes later. */
export class Joiner {
  /** By origin: the one that sent its last part longest ago comes first. */
  readonly #heaps = new Map<string, Heap>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** Takes a part; returns the whole frame with the last one. */
  take({ origin, first, index, total, chunk }: PartFrame): Buffer | undefined {
    const heap = this.#heaps.get(origin) ?? { frames: new Map<string, Pending>(), bytes: 0 }
    const key = `${first} ${total}`
    const pending = heap.frames.get(key) ?? { chunks: new Map<number, Uint8Array>(), bytes: 0 }
    if (pending.chunks.has(index)) return undefined
    // A copy: the driver's buffer can be larger than the chunk, and may be used again.
    pending.chunks.set(index, Buffer.from(chunk))
    const cost = chunk.length + PART_COST
    for (const sum of [pending, heap]) sum.bytes += cost
    this.#bytes += cost
    moveToEnd(heap.frames, key, pending)
    moveToEnd(this.#heaps, origin, heap)
    if (pending.chunks.size < total) {
      this.#makeRoom(origin, heap)
      return undefined
    }
    this.#drop(origin, heap, key)
    return Buffer.concat(Array.from({ length: total }, (_, at) => pending.chunks.get(at) as Uint8Array))
  }

  /** An origin that has left completes nothing. */
  forget(origin: string): void {
    this.#bytes -= this.#heaps.get(origin)?.bytes ?? 0
    this.#heaps.delete(origin)
  }

  #makeRoom(own: string, ownHeap: Heap): void {
    for (const key of ownHeap.frames.keys()) {
      if (ownHeap.bytes <= LIMIT.origin) break
      this.#drop(own, ownHeap, key)
    }
    for (const [origin, heap] of this.#heaps) {
      for (const key of heap.frames.keys()) {
        if (this.#bytes <= LIMIT.total) return
        this.#drop(origin, heap, key)
      }
    }
  }

  #drop(origin: string, heap: Heap, key: string): void {
    const bytes = heap.frames.get(key)?.bytes ?? 0
    heap.frames.delete(key)
    heap.bytes -= bytes
    this.#bytes -= bytes
    if (heap.frames.size === 0) this.#heaps.delete(origin)
  }
}

function moveToEnd<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key)
  map.set(key, value)
}
