import { SyncError } from '../../errors.js'
import { countAt, endAt, readUnit, sizeOf, UNIT_OVERHEAD, type Unit, writeUnit } from './unit.js'

/** Units of consecutive events in wire format, at least one. */
export interface Batch {
  /** The sequence number of its first event. */
  readonly first: number
  /** The sequence number after its last event. */
  readonly next: number
  readonly bytes: Buffer
}

/** Groups consecutive units into batches of at most `room` bytes, at least one unit each. Copies them. */
export function* batches(units: Iterable<Unit>, room: number): Generator<Batch> {
  let taken: Unit[] = []
  let size = 0
  let next: number | undefined
  for (const unit of units) {
    if (taken.length > 0 && (size + sizeOf(unit.payload) > room || unit.first !== next)) {
      yield batchOf(taken)
      taken = []
      size = 0
    }
    taken.push(unit)
    size += sizeOf(unit.payload)
    next = unit.first + unit.count
  }
  if (taken.length > 0) yield batchOf(taken)
}

export function batchOf(units: readonly Unit[]): Batch {
  const bytes = Buffer.allocUnsafe(units.reduce((sum, { payload }) => sum + sizeOf(payload), 0))
  const first = units[0]?.first ?? 1
  let next = first
  let at = 0
  for (const { count, payload } of units) {
    at = writeUnit(bytes, at, payload, count)
    next += count
  }
  return { first, next, bytes }
}

/** How many events a batch has, without those that have no payload. */
export function eventsIn({ bytes }: Batch): number {
  let events = 0
  for (let at = 0; at < bytes.length; at = endAt(bytes, at))
    if (endAt(bytes, at) > at + UNIT_OVERHEAD) events += countAt(bytes, at)
  return events
}

/** The units of a batch; their payloads are views. */
export function unitsOf({ first, bytes }: Batch): Unit[] {
  const units: Unit[] = []
  for (let at = 0, next = first; at < bytes.length; at = endAt(bytes, at)) {
    const unit = readUnit(bytes, at, next)
    units.push(unit)
    next += unit.count
  }
  return units
}

/**
 * A batch from received bytes, whose first event is `first`.
 *
 * @throws SyncError of kind `frame` if the bytes are not a batch
 */
export function receivedBatch(bytes: Buffer, first: number): Batch {
  let next = first
  for (let at = 0; at < bytes.length; ) {
    const start = at + UNIT_OVERHEAD
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : endAt(bytes, at)
    if (end > bytes.length) throw malformed('is truncated')
    const count = countAt(bytes, at)
    // An event takes at least one byte: a forged count can't advance the sequence for free.
    if (count < 1 || count > Math.max(1, end - start))
      throw malformed(`has ${count} events in ${end - start} bytes`)
    next += count
    at = end
  }
  if (next === first) throw malformed('has no events')
  return { first, next, bytes }
}

/** The error for a message that no instance can have sent. */
export function malformed(text: string): SyncError {
  return new SyncError('frame', `feathers-sync: received a message that ${text}`)
}
