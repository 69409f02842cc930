import { EVENTS_OVERHEAD, UNIT_OVERHEAD, type Unit } from './frame.js'

/** As many consecutive units, from that at `start` on, as a frame of `bytes` takes, before event `end`; one at least. */
export function batch(
  units: readonly Unit[],
  start: number,
  bytes: number,
  end = Number.POSITIVE_INFINITY
): Unit[] {
  const taken: Unit[] = []
  let room = bytes - EVENTS_OVERHEAD
  let next: number | undefined
  for (let index = start; index < units.length; index += 1) {
    const unit = units[index] as Unit
    room -= UNIT_OVERHEAD + unit.payload.length
    if (taken.length > 0 && (room < 0 || unit.first >= end || unit.first !== next)) break
    taken.push(unit)
    next = unit.first + unit.count
  }
  return taken
}
