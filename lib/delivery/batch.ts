import { EVENTS_OVERHEAD, UNIT_OVERHEAD, type Unit } from './frame.js'

/** As many consecutive units as a frame of `bytes` takes, before event `end`; one at least. */
export function batch(units: Iterable<Unit>, bytes: number, end = Number.POSITIVE_INFINITY): Unit[] {
  const taken: Unit[] = []
  let room = bytes - EVENTS_OVERHEAD
  let next: number | undefined
  for (const unit of units) {
    room -= UNIT_OVERHEAD + unit.payload.length
    if (taken.length > 0 && (room < 0 || unit.first >= end || unit.first !== next)) break
    taken.push(unit)
    next = unit.first + unit.count
  }
  return taken
}
