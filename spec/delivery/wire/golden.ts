import { batchOf } from '../../../lib/delivery/wire/batch.js'
import type { EventsFrame, Frame } from '../../../lib/delivery/wire/frame.js'
import { encodeInstance } from '../../../lib/delivery/wire/instance.js'
import type { Unit } from '../../../lib/delivery/wire/unit.js'

export const ORIGIN = '000102030405060708090a0b0c0d0e0f'
export const OTHER = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'

/** The bytes of every frame up to its kind, in hexadecimal, and those of a heartbeat with nothing to report. */
export const start = (kind: string) => `ff4653ff 04 ${kind} ${ORIGIN}`
export const HEARTBEAT = `${start('02')} 00 000000000000 000000000001 000000000000`

export interface Golden {
  name: string
  frame: Frame
  /** The bytes in hexadecimal, field by field. */
  hex: string
}

/** Frames and their bytes, as docs/protocol.md describes them: for other implementations too. */
export const GOLDEN: readonly Golden[] = [
  {
    name: 'an event',
    frame: eventsFrame([{ first: 7, count: 1, payload: Buffer.from('abc') }], { age: 300 }),
    hex: `ff4653ff 04 01 ${ORIGIN} 00 00000000012c 000000000007 00000003 00000001 616263`
  },
  {
    name: 'a bulk of three events and an event without bytes, retransmitted',
    frame: eventsFrame(
      [
        { first: 2 ** 33, count: 3, payload: Buffer.from('[1,2]') },
        { first: 2 ** 33 + 3, count: 1, payload: Buffer.alloc(0) }
      ],
      { age: 2 ** 40, retransmission: true }
    ),
    hex: `ff4653ff 04 01 ${ORIGIN} 01 010000000000 000200000000 00000005 00000003 5b312c325d 00000000 00000001`
  },
  {
    name: 'a heartbeat',
    frame: {
      kind: 'heartbeat',
      origin: ORIGIN,
      age: 65_536,
      oldest: 3,
      last: 258,
      join: false,
      leave: false
    },
    hex: `ff4653ff 04 02 ${ORIGIN} 00 000000010000 000000000003 000000000102`
  },
  {
    name: 'the first heartbeat of an instance that joins',
    frame: { kind: 'heartbeat', origin: ORIGIN, age: 0, oldest: 1, last: 0, join: true, leave: false },
    hex: `ff4653ff 04 02 ${ORIGIN} 01 000000000000 000000000001 000000000000`
  },
  {
    name: 'the heartbeat of an instance that leaves and has no events any more',
    frame: { kind: 'heartbeat', origin: ORIGIN, age: 1, oldest: 10, last: 9, join: false, leave: true },
    hex: `ff4653ff 04 02 ${ORIGIN} 02 000000000001 00000000000a 000000000009`
  },
  {
    name: 'a join that says since when its subscription is live, and whom it hears',
    frame: {
      kind: 'heartbeat',
      origin: ORIGIN,
      age: 1000,
      oldest: 1,
      last: 0,
      join: true,
      leave: false,
      hears: { complete: true, digests: [0x00010203, 0xf0f1f2f3] },
      since: 700
    },
    hex: `ff4653ff 04 02 ${ORIGIN} 01 0000000003e8 000000000001 000000000000 01 0009 01 00010203 f0f1f2f3 02 0006 0000000002bc`
  },
  {
    name: 'a heartbeat with a slice of those heard, and a baseline',
    frame: {
      kind: 'heartbeat',
      origin: ORIGIN,
      age: 1,
      oldest: 1,
      last: 9,
      join: false,
      leave: false,
      hears: { complete: false, digests: [0xf0f1f2f3] },
      baselines: [{ origin: OTHER, next: 7 }],
      ages: [513]
    },
    hex: `ff4653ff 04 02 ${ORIGIN} 00 000000000001 000000000001 000000000009 01 0005 00 f0f1f2f3 03 0016 ${OTHER} 000000000007 05 0006 000000000201`
  },
  {
    name: 'the first heartbeat of an instance that says who it is',
    frame: {
      kind: 'heartbeat',
      origin: ORIGIN,
      age: 0,
      oldest: 1,
      last: 0,
      join: true,
      leave: false,
      instance: encodeInstance({ host: 'a', pid: 7, version: '4.0.0', name: 'b' })
    },
    // {"host":"a","pid":7,"version":"4.0.0","name":"b"}
    hex: `ff4653ff 04 02 ${ORIGIN} 01 000000000000 000000000001 000000000000 04 0031 7b22686f7374223a2261222c22706964223a372c2276657273696f6e223a22342e302e30222c226e616d65223a2262227d`
  },
  {
    name: 'a NACK for two ranges',
    frame: {
      kind: 'nack',
      origin: ORIGIN,
      target: OTHER,
      ranges: [
        { from: 1, to: 1 },
        { from: 256, to: 2 ** 48 - 1 }
      ]
    },
    hex: `ff4653ff 04 03 ${ORIGIN} ${OTHER} 000000000001 000000000001 000000000100 ffffffffffff`
  },
  {
    name: 'the second of three fragments',
    frame: {
      kind: 'fragment',
      origin: ORIGIN,
      first: 7,
      index: 1,
      total: 3,
      chunk: Buffer.from('xyz')
    },
    hex: `ff4653ff 04 04 ${ORIGIN} 000000000007 0001 0003 78797a`
  }
]

/** A frame with units of consecutive events. */
export function eventsFrame(units: readonly Unit[], more: Partial<EventsFrame> = {}): EventsFrame {
  return { kind: 'events', origin: ORIGIN, age: 0, retransmission: false, ...batchOf(units), ...more }
}

export function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}
