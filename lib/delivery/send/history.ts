import { type Batch, batches } from '../wire/batch.js'
import {
  countAt,
  endAt,
  type Range,
  readUnit,
  sizeOf,
  UNIT_OVERHEAD,
  type Unit,
  writeUnit
} from '../wire/unit.js'

export interface HistoryLimit {
  /** How many events are kept. */
  events: number
  /** How many bytes they may have, serialized. */
  bytes: number
}

/** Events that are not evicted though the limits are exceeded, as of now. */
export interface Keep {
  /** Those from this one on, up to `overdraft` times the limits. */
  readonly from: number
  readonly overdraft: number
  /** Those from this one on, whatever the limits. */
  readonly always: number
}

const NOTHING: Keep = { from: Number.POSITIVE_INFINITY, overdraft: 1, always: Number.POSITIVE_INFINITY }
const EMPTY = new Uint8Array()

/** Memory is allocated in chunks of this many bytes. */
const CHUNK_SIZE = 256 * 1024

/** Units of consecutive events, in wire format. */
interface Chunk {
  bytes: Buffer
  /** Where its units begin, and the sequence number of the first event there: earlier ones were evicted. */
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

/** The latest events of this instance, within limits: the oldest are evicted first, the newest is always kept. */
export class History {
  readonly #limit: HistoryLimit
  readonly #keep: Keep
  readonly #chunks: Chunk[] = []
  readonly #chunkSize: number
  /** The memory of an evicted chunk: reusing it is cheaper than allocating. */
  #spare: Buffer | undefined
  #bytes = 0
  #next = 1
  /** The latest lookup: the next one is usually near it. */
  #mark: Place | undefined

  constructor(limit: HistoryLimit, keep: Keep = NOTHING) {
    this.#limit = limit
    this.#keep = keep
    this.#chunkSize = Math.min(CHUNK_SIZE, limit.bytes)
  }

  /** The sequence number that the next event will have. */
  get next(): number {
    return this.#next
  }

  /** The sequence number of the oldest event that is kept; `next` if there is none. */
  get oldest(): number {
    return this.#chunks[0]?.first ?? this.#next
  }

  /** The bytes of the payloads. */
  get bytes(): number {
    return this.#bytes
  }

  get events(): number {
    return this.#next - this.oldest
  }

  /** Assigns the next sequence numbers to the events of `payload` and keeps a copy of it. */
  add(payload: Uint8Array, count: number): void {
    this.#append(payload, count)
    while (this.#isOver(1) && this.events > count && this.#isEvictable()) this.#evict()
  }

  /** Evicts the oldest beyond the limits, of those before event `sequence`, but for the newest. */
  trim(sequence: number): void {
    while (this.#isOver(1) && this.events > 1 && this.oldest < sequence) this.#evict()
  }

  /** Numbers events that can't be sent: each becomes a unit without payload, which others report as a gap. */
  addBlank(count: number): void {
    for (let event = 0; event < count; event += 1) this.#append(EMPTY, 1)
  }

  /** Replaces the unit of event `number` by units without payload, one an event. Returns what it was. */
  blank(number: number): Unit {
    const { chunk, at, first } = this.#find(number)
    const { bytes, start, end } = chunk
    const unit = readUnit(bytes, at, first)
    const { count, payload } = unit
    const blanks = Buffer.alloc(count * UNIT_OVERHEAD)
    for (let event = 0; event < count; event += 1) writeUnit(blanks, event * UNIT_OVERHEAD, EMPTY, 1)
    chunk.bytes = Buffer.concat([bytes.subarray(start, at), blanks, bytes.subarray(endAt(bytes, at), end)])
    chunk.start = 0
    chunk.end = chunk.bytes.length
    this.#bytes -= payload.length
    this.#mark = undefined
    return unit
  }

  /**
   * The units from the one that holds event `sequence`, which must be kept, up to event `end` (excluded), within `room` bytes as
   * in `batches`. To be copied at once: the memory of evicted events is reused.
   */
  batch(sequence: number, room: number, end = this.#next): Batch {
    const { index, chunk, at, first } = this.#find(sequence)
    const goesOn = end < this.#next || index < this.#chunks.length - 1
    if (!goesOn && chunk.end - at <= room)
      return { first, next: end, bytes: chunk.bytes.subarray(at, chunk.end) }
    const [batch] = batches(this.within({ from: sequence, to: end - 1 }), room)
    return batch as Batch
  }

  /** The units of a range that are kept, to be copied at once. */
  *within({ from, to }: Range): Generator<Unit> {
    const start = Math.max(from, this.oldest)
    if (start > to || start >= this.#next) return
    let { index, at, first } = this.#find(start)
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

  #append(payload: Uint8Array, count: number): void {
    const chunk = this.#chunkFor(sizeOf(payload))
    chunk.end = writeUnit(chunk.bytes, chunk.end, payload, count)
    this.#next += count
    this.#bytes += payload.length
  }

  #isEvictable(): boolean {
    const { oldest } = this
    if (oldest >= this.#keep.always) return false
    return oldest < this.#keep.from || this.#isOver(this.#keep.overdraft)
  }

  #isOver(factor: number): boolean {
    return this.events > factor * this.#limit.events || this.#bytes > factor * this.#limit.bytes
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

  /** The unit that holds event `sequence`. */
  #find(sequence: number): Place {
    let index = this.#chunks.length - 1
    while (index > 0 && (this.#chunks[index] as Chunk).first > sequence) index -= 1
    const chunk = this.#chunks[index] as Chunk
    const mark = this.#mark?.chunk === chunk && this.#mark.first <= sequence ? this.#mark : undefined
    let { at, first } = mark ?? { at: chunk.start, first: chunk.first }
    while (first + countAt(chunk.bytes, at) <= sequence) {
      first += countAt(chunk.bytes, at)
      at = endAt(chunk.bytes, at)
    }
    this.#mark = { index, chunk, at, first }
    return this.#mark
  }
}
