import { SyncError } from '../errors.js'
import { countAt, endAt, readUnit, UNIT_OVERHEAD, type Unit, writeUnit } from './unit.js'

/** Units of consecutive events, one at least, one after the other as they travel. */
export interface Batch {
  /** The number of its first event. */
  readonly first: number
  /** The number after its last event. */
  readonly next: number
  readonly bytes: Buffer
}

/** As many consecutive units, from the first on, as there is room for in bytes; one at least. */
export function firstBatch(units: Iterable<Unit>, room: number): Batch {
  const taken: Unit[] = []
  let size = 0
  let next: number | undefined
  for (const { first, count, payload } of units) {
    size += UNIT_OVERHEAD + payload.length
    if (taken.length > 0 && (size > room || first !== next)) break
    taken.push({ first, count, payload })
    next = first + count
  }
  return batchOf(taken)
}

export function batchOf(units: readonly Unit[]): Batch {
  const bytes = Buffer.allocUnsafe(
    units.reduce((sum, { payload }) => sum + UNIT_OVERHEAD + payload.length, 0)
  )
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
  for (let at = 0; at < bytes.length; at = endAt(bytes, at)) {
    if (at + UNIT_OVERHEAD > bytes.length || endAt(bytes, at) > bytes.length) throw malformed('is cut short')
    const length = endAt(bytes, at) - at - UNIT_OVERHEAD
    const count = countAt(bytes, at)
    // An event takes a byte at least: a count can't make numbers jump for free.
    if (count < 1 || count > Math.max(1, length)) throw malformed(`has ${count} events in ${length} bytes`)
    next += count
  }
  if (next === first) throw malformed('has no events')
  return { first, next, bytes }
}

/** For a message that no instance has sent. */
export function malformed(text: string): SyncError {
  return new SyncError('frame', `feathers-sync: a message came in that ${text}`)
}
