import { type Batch, batches } from '../wire/batch.js'
import type { Range } from '../wire/range.js'
import { countAt, endAt, readUnit, sizeOf, UNIT_OVERHEAD, type Unit, writeUnit } from '../wire/unit.js'

export interface HistoryLimit {
  /** How many events are kept. */
  events: number
  /** How many bytes they may have, serialised. */
  bytes: number
}

/** Memory is taken in so many bytes at a time. */
const CHUNK_SIZE = 256 * 1024

/** Units of consecutive events, as they travel. */
interface Chunk {
  bytes: Buffer
  /** Where its units begin, and the number of the first event there: those before have gone. */
  start: number
  first: number
  /** Where they end. */
  end: number
}

/** Where the unit of event `first` is. */
interface Place {
  readonly index: number
  readonly chunk: Chunk
  readonly at: number
  readonly first: number
}

/** The latest events of this instance, within limits: the oldest go first, the newest always stays. */
export class History {
  readonly #limit: HistoryLimit
  readonly #chunks: Chunk[] = []
  readonly #chunkSize: number
  /** Of a chunk that has gone: new memory costs more than to write over it. */
  #spare: Buffer | undefined
  #bytes = 0
  #next = 1
  /** What was looked for last: what is next is mostly near. */
  #mark: Place | undefined

  constructor(limit: HistoryLimit) {
    this.#limit = limit
    this.#chunkSize = Math.min(CHUNK_SIZE, limit.bytes)
  }

  /** The number that the next event will have. */
  get next(): number {
    return this.#next
  }

  /** The number of the oldest event that is still here; `next` where there is none. */
  get oldest(): number {
    return this.#chunks[0]?.first ?? this.#next
  }

  /** Those of the payloads. */
  get bytes(): number {
    return this.#bytes
  }

  get events(): number {
    return this.#next - this.oldest
  }

  /** Numbers the events of `payload` and keeps a copy of it. */
  add(payload: Uint8Array, count: number): void {
    const chunk = this.#chunkFor(sizeOf(payload))
    chunk.end = writeUnit(chunk.bytes, chunk.end, payload, count)
    this.#next += count
    this.#bytes += payload.length
    while (this.#isOver() && this.events > count) this.#evict()
  }

  /**
   * As many units from the one of event `number` on as there is room for in bytes, see `batches`, and before event `end`;
   * it has to be here. To be copied at once: when the events have gone, their memory is written over.
   */
  batch(number: number, room: number, end = this.#next): Batch {
    const { index, chunk, at, first } = this.#find(number)
    const goesOn = end < this.#next || index < this.#chunks.length - 1
    if (!goesOn && chunk.end - at <= room)
      return { first, next: end, bytes: chunk.bytes.subarray(at, chunk.end) }
    const [batch] = batches(this.within({ from: number, to: end - 1 }), room)
    return batch as Batch
  }

  /** What is there of a range, to be copied at once. */
  *within({ from, to }: Range): Generator<Unit> {
    const number = Math.max(from, this.oldest)
    if (number > to || number >= this.#next) return
    let { index, at, first } = this.#find(number)
    for (let chunk = this.#chunks[index]; chunk; chunk = this.#chunks[index]) {
      for (; at < chunk.end; at = endAt(chunk.bytes, at)) {
        if (first > to) return
        yield readUnit(chunk.bytes, at, first)
        first += countAt(chunk.bytes, at)
      }
      index += 1
      at = 0
    }
  }

  #isOver(): boolean {
    return this.events > this.#limit.events || this.#bytes > this.#limit.bytes
  }

  /** The newest chunk, with room for `size` bytes. */
  #chunkFor(size: number): Chunk {
    const newest = this.#chunks.at(-1)
    if (newest && newest.bytes.length - newest.end >= size) return newest
    if (newest) this.#shrink(newest)
    const chunk = { bytes: this.#memory(size), start: 0, first: this.#next, end: 0 }
    this.#chunks.push(chunk)
    return chunk
  }

  /** Large events leave chunks half empty. */
  #shrink(chunk: Chunk): void {
    const { bytes, end } = chunk
    if (bytes.length - end < bytes.length / 4) return
    chunk.bytes = Buffer.from(bytes.subarray(0, end))
    this.#spare = bytes
  }

  #memory(size: number): Buffer {
    if (size > this.#chunkSize) return Buffer.allocUnsafeSlow(size)
    const bytes = this.#spare ?? Buffer.allocUnsafeSlow(this.#chunkSize)
    this.#spare = undefined
    return bytes
  }

  #evict(): void {
    const chunk = this.#chunks[0] as Chunk
    const { bytes, start } = chunk
    chunk.first += countAt(bytes, start)
    chunk.start = endAt(bytes, start)
    this.#bytes -= chunk.start - start - UNIT_OVERHEAD
    if (chunk.start < chunk.end) return
    this.#chunks.shift()
    if (bytes.length === this.#chunkSize) this.#spare = bytes
  }

  /** The unit that holds `number`. */
  #find(number: number): Place {
    let index = this.#chunks.length - 1
    while (index > 0 && (this.#chunks[index] as Chunk).first > number) index -= 1
    const chunk = this.#chunks[index] as Chunk
    const mark = this.#mark?.chunk === chunk && this.#mark.first <= number ? this.#mark : undefined
    let { at, first } = mark ?? { at: chunk.start, first: chunk.first }
    while (first + countAt(chunk.bytes, at) <= number) {
      first += countAt(chunk.bytes, at)
      at = endAt(chunk.bytes, at)
    }
    this.#mark = { index, chunk, at, first }
    return this.#mark
  }
}
