import { decodeFrame, type Frame } from '../../../../lib/delivery/wire/frame.js'
import type { Range } from '../../../../lib/delivery/wire/unit.js'

export const NAMES = ['A', 'B', 'C'] as const
export type Name = (typeof NAMES)[number]

export type Kind = 'events' | 'retransmission' | 'NACK' | 'heartbeat'

/** A frame as it is shown. */
export interface Shown {
  kind: Kind
  /** Whose sequence numbers it is about, and which. */
  subject: Name
  ranges: Range[]
  /** Such as `A7`, `A7–9`, `A last=7`. */
  text: string
}

/** @param nameOf an instance by its origin */
export function show(bytes: Uint8Array, nameOf: (origin: string) => Name): Shown {
  const frame = decodeFrame(bytes)
  const kind = kindOf(frame)
  const subject = nameOf(frame.kind === 'nack' ? frame.target : frame.origin)
  const ranges = rangesOf(frame)
  if (frame.kind === 'heartbeat') return { kind, subject, ranges, text: `${subject} last=${frame.last}` }
  const texts = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`))
  return { kind, subject, ranges, text: `${subject}${texts.join(', ')}` }
}

function kindOf(frame: Frame): Kind {
  if (frame.kind === 'nack') return 'NACK'
  if (frame.kind === 'heartbeat') return 'heartbeat'
  return frame.kind === 'events' && frame.retransmission ? 'retransmission' : 'events'
}

/** What it carries, or asks for; of a heartbeat, all that it announces. */
function rangesOf(frame: Frame): Range[] {
  switch (frame.kind) {
    case 'events':
      return [{ from: frame.first, to: frame.next - 1 }]
    case 'nack':
      return [...frame.ranges]
    case 'heartbeat':
      return [{ from: 1, to: frame.last }]
    case 'fragment':
      return [{ from: frame.first, to: frame.first }]
  }
}
