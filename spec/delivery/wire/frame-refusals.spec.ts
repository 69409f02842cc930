import { expect } from 'chai'
import { unitsOf } from '../../../lib/delivery/wire/batch.js'
import { decodeFrame, encodeFrame, type Frame } from '../../../lib/delivery/wire/frame.js'
import { SyncError } from '../../../lib/errors.js'
import { SimClock } from '../../simulation/sim-clock.js'
import { bytesOf, GOLDEN, HEARTBEAT, ORIGIN, OTHER, start } from './golden.js'

/** What the decoder has to refuse, field by field, and its error. */
const MALFORMED: Record<string, [hex: string, text: RegExp]> = {
  'no bytes': ['', /is not a frame/],
  'JSON of feathers-sync 3': [
    Buffer.from('{"event":"created","path":"users"}').toString('hex'),
    /is not a frame/
  ],
  'a truncated header': [start('01').slice(0, -2), /truncated/],
  'a newer version': [`ff4653ff 05 01 ${ORIGIN} 00`, /version 5, .* reads version 4/],
  'an unknown kind': [`${start('09')} 00`, /unknown kind 9/],
  'events without a body': [start('01'), /truncated/],
  'events without an event': [`${start('01')} 00 000000000000 000000000001`, /no events/],
  'an event with sequence number 0': [
    `${start('01')} 00 000000000000 000000000000 00000001 00000001 61`,
    /sequence number 0/
  ],
  'a truncated unit header': [`${start('01')} 00 000000000000 000000000001 00000001 0000`, /truncated/],
  'a truncated payload': [`${start('01')} 00 000000000000 000000000001 00000002 00000001 61`, /truncated/],
  'a payload of 4 GiB': [`${start('01')} 00 000000000000 000000000001 ffffffff 00000001 61`, /truncated/],
  'no event in a unit': [`${start('01')} 00 000000000000 000000000001 00000001 00000000 61`, /0 events in 1/],
  'more events than bytes': [
    `${start('01')} 00 000000000000 000000000001 00000001 00000002 61`,
    /2 events in 1 bytes/
  ],
  'events past the largest sequence number': [
    `${start('01')} 00 000000000000 ffffffffffff 00000001 00000001 61`,
    /past the largest/
  ],
  'a truncated heartbeat': [`${start('02')} 00 000000000000 000000000001 0000000000`, /wrong length/],
  'a heartbeat with the type of a section only': [`${HEARTBEAT} 01`, /truncated section/],
  'a section without a length': [`${HEARTBEAT} 09 00`, /truncated section/],
  'a section cut short, known or not': [`${HEARTBEAT} 09 0002 61`, /truncated section/],
  'digests cut short': [`${HEARTBEAT} 01 0004 01 000000`, /section of the wrong length/],
  'a section of digests without flags': [`${HEARTBEAT} 01 0000`, /section of the wrong length/],
  'digests that do not ascend': [`${HEARTBEAT} 01 0009 01 00000001 00000001`, /do not ascend/],
  'too many digests': [
    `${HEARTBEAT} 01 0105 01 ${Array.from({ length: 65 }, (_, at) => at.toString(16).padStart(8, '0')).join('')}`,
    /65 entries/
  ],
  'a time since the subscription of 5 bytes': [`${HEARTBEAT} 02 0005 0000000001`, /section of the wrong/],
  'half a baseline': [`${HEARTBEAT} 03 0010 ${OTHER}`, /section of the wrong length/],
  'a baseline of 0': [`${HEARTBEAT} 03 0016 ${OTHER} 000000000000`, /baseline of 0/],
  'a heartbeat whose oldest event is 0': [
    `${start('02')} 00 000000000000 000000000000 000000000000`,
    /events 0 to 0/
  ],
  'a heartbeat whose oldest event is after its next': [
    `${start('02')} 00 000000000000 000000000007 000000000005`,
    /events 7 to 5/
  ],
  'a NACK without a target': [`${start('03')} ${OTHER.slice(2)}`, /wrong length/],
  'a NACK without ranges': [`${start('03')} ${OTHER}`, /wrong length/],
  'half a range': [`${start('03')} ${OTHER} 000000000001`, /wrong length/],
  'a range from 0': [`${start('03')} ${OTHER} 000000000000 000000000001`, /requests events 0 to 1/],
  'a range that ends before it begins': [
    `${start('03')} ${OTHER} 000000000002 000000000001`,
    /requests events 2 to 1/
  ],
  'ranges that overlap': [
    `${start('03')} ${OTHER} 000000000001 000000000003 000000000003 000000000004`,
    /3 to 4 after 3/
  ],
  'ranges that do not ascend': [
    `${start('03')} ${OTHER} 000000000005 000000000006 000000000001 000000000002`,
    /1 to 2 after 6/
  ],
  'a NACK with too many ranges': [
    `${start('03')} ${OTHER} ${'000000000001 000000000001 '.repeat(33)}`,
    /33 ranges/
  ],
  'a fragment without bytes': [`${start('04')} 000000000001 0000 0002`, /truncated/],
  'a fragment of event 0': [`${start('04')} 000000000000 0000 0002 61`, /fragment 0 of 2/],
  'the only fragment': [`${start('04')} 000000000001 0000 0001 61`, /fragment 0 of 1/],
  'a fragment after the last': [`${start('04')} 000000000001 0002 0002 61`, /fragment 2 of 2/]
}

/** How many bytes a decoded frame references, and how many objects it consists of. */
function weigh(frame: Frame): { bytes: number; objects: number } {
  switch (frame.kind) {
    case 'events':
      return { bytes: frame.bytes.length, objects: unitsOf(frame).length }
    case 'nack':
      return { bytes: 0, objects: frame.ranges.length }
    case 'fragment':
      return { bytes: frame.chunk.length, objects: 1 }
    case 'heartbeat': {
      const { hears, baselines = [], instance } = frame
      return { bytes: instance?.length ?? 0, objects: 1 + (hears?.digests.length ?? 0) + baselines.length }
    }
  }
}

describe('decodeFrame, of bytes that are no frame', () => {
  for (const [name, [hex, text]] of Object.entries(MALFORMED)) {
    it(`refuses ${name}`, () => {
      expect(() => decodeFrame(bytesOf(hex)))
        .to.throw(SyncError, text)
        .with.property('kind', 'frame')
    })
  }

  it('refuses each golden vector truncated anywhere, or reads fewer events', () => {
    for (const { frame, hex } of GOLDEN) {
      const bytes = bytesOf(hex)
      for (let length = 0; length < bytes.length; length += 1) {
        const read = tryDecode(bytes.subarray(0, length))
        if (read?.kind === 'events' && frame.kind === 'events') {
          expect(read.next).to.be.lessThan(frame.next)
        } else if (read?.kind === 'nack' && frame.kind === 'nack') {
          expect(read.ranges.length).to.be.lessThan(frame.ranges.length)
        } else if (read?.kind === 'heartbeat') {
          expect(encodeFrame(read), 'without the last sections').to.have.length(length)
        } else if (read) expect(read.kind, hex).to.equal('fragment')
      }
    }
  })

  it('survives 120,000 random messages and mutations, within the bytes it was given', function () {
    this.timeout(90_000) // computes for 3 s, where nothing else does
    const dice = new SimClock(4)
    let read = 0
    for (let round = 0; round < 120_000; round += 1) {
      const bytes = round % 3 === 0 ? randomBytes(dice) : mutated(dice)
      const frame = tryDecode(bytes)
      if (!frame) continue
      read += 1
      const { bytes: held, objects } = weigh(frame)
      if (held > bytes.length || objects > bytes.length / 4) {
        expect.fail(`${bytes.toString('hex')} became ${objects} objects and ${held} bytes`)
      }
      // Unknown and repeated sections are dropped.
      const { length } = encodeFrame(frame)
      if (frame.kind === 'heartbeat' ? length > bytes.length : length !== bytes.length) {
        expect.fail(`${bytes.toString('hex')} is not what it was read as`)
      }
    }
    expect(read).to.be.greaterThan(10_000) // not all mutations are malformed
  })
})

/** The frame, if it is one. @throws if another error than promised is thrown */
function tryDecode(bytes: Uint8Array): Frame | undefined {
  try {
    return decodeFrame(bytes)
  } catch (error) {
    if (error instanceof SyncError && error.kind === 'frame') return undefined
    throw new Error(`${Buffer.from(bytes).toString('hex')} throws`, { cause: error })
  }
}

function randomBytes(dice: SimClock): Buffer {
  const bytes = Buffer.alloc(dice.integer(0, 120))
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = dice.integer(0, 255)
  // Half of them get past the first checks.
  if (dice.chance(0.5)) bytes.set(bytesOf('ff4653ff 04').subarray(0, bytes.length))
  if (dice.chance(0.5) && bytes.length > 5) bytes[5] = dice.integer(1, 4)
  return bytes
}

function mutated(dice: SimClock): Buffer {
  const { hex } = GOLDEN[dice.integer(0, GOLDEN.length - 1)] as (typeof GOLDEN)[number]
  let bytes = bytesOf(hex)
  for (let count = dice.integer(1, 4); count > 0; count -= 1) {
    const at = dice.integer(0, Math.max(0, bytes.length - 1))
    const change = dice.integer(0, 3)
    if (change === 0) bytes = bytes.subarray(0, at)
    else if (change === 1) bytes = Buffer.concat([bytes, bytes.subarray(at)])
    else if (change === 2 && bytes.length > 0) bytes[at] = [0, 1, 0x7f, 0xff][dice.integer(0, 3)] ?? 0
    else if (bytes.length > 0) bytes[at] = dice.integer(0, 255)
  }
  return bytes
}
