import { SyncError } from '../../errors.js'
import { countAt, endAt, readUnit, sizeOf, UNIT_OVERHEAD, type Unit, writeUnit } from './unit.js'

/** Units of consecutive events, one at least, one after the other as they travel. */
export interface Batch {
  /** The number of its first event. */
  readonly first: number
  /** The number after its last event. */
  readonly next: number
  readonly bytes: Buffer
}

/** Groups units: each batch has as many consecutive ones as there is room for in bytes, one at least. Copies them. */
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

/** The reverse; the payloads are views. */
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
 * What came in as the units from event `first` on.
 *
 * @throws SyncError of kind `frame` where that is no batch
 */
export function receivedBatch(bytes: Buffer, first: number): Batch {
  let next = first
  for (let at = 0; at < bytes.length; ) {
    const start = at + UNIT_OVERHEAD
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : endAt(bytes, at)
    if (end > bytes.length) throw malformed('is cut short')
    const count = countAt(bytes, at)
    // An event takes a byte at least: a count can't make numbers jump for free.
    if (count < 1 || count > Math.max(1, end - start))
      throw malformed(`has ${count} events in ${end - start} bytes`)
    next += count
    at = end
  }
  if (next === first) throw malformed('has no events')
  return { first, next, bytes }
}

/** For a message that no instance has sent. */
export function malformed(text: string): SyncError {
  return new SyncError('frame', `feathers-sync: a message came in that ${text}`)
}
