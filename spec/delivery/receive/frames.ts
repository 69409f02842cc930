import type { EventsFrame, HeartbeatFrame } from '../../../lib/delivery/wire/frame.js'
import { eventsFrame, ORIGIN } from '../wire/golden.js'

/** An age, in ms. */
export const OLD = 1e6
/** The origin of the receiver. */
export const ME = '99'.repeat(16)

export function events(first: number, last = first, more: Partial<EventsFrame> = {}): EventsFrame {
  const units = Array.from({ length: last - first + 1 }, (_, at) => ({
    first: first + at,
    count: 1,
    payload: Buffer.from(String(first + at))
  }))
  return eventsFrame(units, { age: OLD, ...more })
}

export function heartbeat(last: number, more: Partial<HeartbeatFrame> = {}): HeartbeatFrame {
  return { kind: 'heartbeat', origin: ORIGIN, age: OLD, oldest: 1, last, join: false, leave: false, ...more }
}
