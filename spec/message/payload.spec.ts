import { expect } from 'chai'
import fc from 'fast-check'
import { SyncError } from '../../lib/errors.js'
import { PayloadWriter, type Piece, readPayload, SHARED, WHOLE } from '../../lib/message/payload.js'

const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text))

const payloads = new PayloadWriter()
const mixed = (...pieces: (readonly [number, string])[]): Piece[] =>
  pieces.map(([tag, text]) => ({ tag, bytes: Buffer.from(text) }))
/** Of how many events a payload is. */
const readable = (payload: Buffer) =>
  [1, 2, 3, 4].find((count) => {
    try {
      return readPayload(payload, count).length > 0
    } catch {
      return false
    }
  }) as number

describe('payload', () => {
  // Golden: these bytes are the format. Other versions wrote and will read them.
  it('is a zero and the message, of one event', () => {
    expect(payloads.one('hä').toString('hex')).to.equal('0068c3a4')
    expect(payloads.one(Buffer.of(1, 255)).toString('hex')).to.equal('0001ff')
    expect(payloads.one('').toString('hex')).to.equal('00')
  })

  it('stays what it was, however many of whatever size come after it', () => {
    const sizes = Array.from({ length: 600 }, (_, index) => (index * 37) % 3000)
    const texts = sizes.map((size, index) => (index % 2 ? 'ä' : 'a').repeat(size))
    const messages = texts.flatMap((text) => [text, Buffer.from(text)])
    const written = messages.map((message) => payloads.one(message))
    const read = written.map((payload) => String(readPayload(payload, 1)[0]?.bytes))
    expect(read).to.deep.equal(messages.map(String))
  })

  it('is a one, then each piece after its length, of several events', () => {
    const payload = payloads.many(Buffer.from('{}'), bytes('a', '', 'bcd'))
    expect(payload.toString('hex')).to.equal('01000000027b7d000000016100000000' + '00000003626364')
  })

  it('is a two, then each piece after its length and its tag, of several lists and messages in between', () => {
    const pieces = mixed([SHARED, 'S'], [0, 'a'], [WHOLE, 'w'], [SHARED, ''], [1, 'b'], [0, 'c'])
    expect(payloads.mixed(pieces).toString('hex')).to.equal(
      '02' +
        '00000001fffe53' +
        '00000001000061' +
        '00000001ffff77' +
        '00000000fffe' +
        '00000001000162' +
        '00000001000063'
    )
  })

  describe('readPayload', () => {
    it('reads what was written', () => {
      expect(readPayload(payloads.one('text'), 1)).to.deep.equal(mixed([WHOLE, 'text']))
      const [shared = Buffer.of(), ...items] = bytes('shared', 'one', '', 'three')
      expect(readPayload(payloads.many(shared, items), 3)).to.deep.equal(
        mixed([SHARED, 'shared'], [0, 'one'], [0, ''], [0, 'three'])
      )
      expect(readPayload(payloads.many(shared, items.slice(0, 1)), 1)).to.have.length(2)
    })

    it('reads any sequence of lists and messages', () => {
      const pieces = mixed([SHARED, 'S'], [0, 'a'], [WHOLE, 'w'], [SHARED, ''], [1, ''], [0, 'c'])
      expect(readPayload(payloads.mixed(pieces), 4)).to.deep.equal(pieces)
      expect(readPayload(payloads.mixed(mixed([WHOLE, 'w'])), 1)).to.deep.equal(mixed([WHOLE, 'w']))
    })

    it('reads a view of a larger buffer', () => {
      const large = Buffer.concat([Buffer.from('before'), payloads.one('text'), Buffer.from('after')])
      expect(String(readPayload(new Uint8Array(large).subarray(6, 11), 1)[0]?.bytes)).to.equal('text')
    })

    it('copies nothing', () => {
      const payload = payloads.one('text')
      expect(readPayload(payload, 1)[0]?.bytes.buffer).to.equal(payload.buffer)
    })

    const broken: [string, Buffer, number][] = [
      ['nothing', Buffer.of(), 1],
      ['another format', Buffer.from('{}'), 1],
      ['one message for several events', payloads.one('text'), 2],
      ['several for one', payloads.many(Buffer.of(), bytes('a', 'b')), 1],
      ['fewer than counted', payloads.many(Buffer.of(), bytes('a', 'b')), 3],
      ['no pieces', Buffer.of(1), 1],
      ['what is shared alone', payloads.many(Buffer.of(), []), 1],
      ['a length that is cut', Buffer.of(1, 0, 0, 0), 1],
      ['a piece that is cut', payloads.many(Buffer.of(), bytes('abc')).subarray(0, -1), 1],
      ['no pieces of several lists', Buffer.of(2), 1],
      ['a list without events', payloads.mixed(mixed([SHARED, 'S'])), 1],
      ['an item without a list', payloads.mixed(mixed([0, 'a'])), 1],
      ['an item before its list', payloads.mixed(mixed([0, 'a'], [SHARED, 'S'])), 1],
      ['an item of another list', payloads.mixed(mixed([SHARED, 'S'], [1, 'a'])), 1],
      ['fewer events of lists than counted', payloads.mixed(mixed([SHARED, 'S'], [0, 'a'])), 2],
      ['more events of lists than counted', payloads.mixed(mixed([WHOLE, 'a'], [WHOLE, 'a'])), 1],
      ['a tag that is cut', Buffer.of(2, 0, 0, 0, 0, 0xff), 1],
      ['a piece of a list that is cut', payloads.mixed(mixed([WHOLE, 'abc'])).subarray(0, -1), 1],
      ['a format to come', Buffer.of(3, 0, 0, 0, 0, 0xff, 0xff), 1],
      ['a length beyond all', Buffer.of(1, 0xff, 0xff, 0xff, 0xff, 1), 1]
    ]
    for (const [name, payload, count] of broken) {
      it(`throws for ${name}`, () => {
        expect(() => readPayload(payload, count))
          .to.throw(SyncError, /^feathers-sync: a payload came in that is /)
          .with.property('kind', 'frame')
      })
    }

    for (const [name, golden] of Object.entries({
      'of one list': payloads.many(Buffer.from('{"event":"x"}'), bytes('{"data":1}', '{"data":2}')),
      'of several': payloads.mixed(
        mixed([SHARED, '{}'], [0, '1'], [WHOLE, '2'], [SHARED, '{}'], [1, '3'], [0, '4'])
      )
    })) {
      it(`throws nothing else for every payload ${name} with a byte changed or cut`, () => {
        const count = readable(golden)
        let [read, refused] = [0, 0]
        for (let at = 0; at < golden.length; at += 1) {
          for (const value of [0, 1, 2, 0x7f, 0xfe, 0xff]) {
            const changed = Buffer.from(golden)
            changed[at] = value
            for (const payload of [changed, golden.subarray(0, at)]) {
              try {
                const pieces = readPayload(payload, count)
                expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).length).to.be.at.most(golden.length)
                read += 1
              } catch (error) {
                expect(error).to.be.instanceOf(SyncError).with.property('kind', 'frame')
                refused += 1
              }
            }
          }
        }
        expect(read).to.be.above(0)
        expect(refused).to.be.above(golden.length)
      })
    }

    it('reads only what could be written, of any bytes', () => {
      const anyTag = fc.oneof(fc.constantFrom(SHARED, WHOLE, 0, 1), fc.nat({ max: 0xffff }))
      const anyPieces = fc.array(fc.tuple(anyTag, fc.string({ maxLength: 5 })), {
        minLength: 1,
        maxLength: 8
      })
      fc.assert(
        fc.property(anyPieces, fc.nat({ max: 9 }), (pieces, count) => {
          const written = mixed(...pieces)
          const lists = (index: number) => written.slice(0, index).filter(({ tag }) => tag === SHARED).length
          const isValid = written.every(({ tag }, index) => tag >= SHARED || tag < lists(index))
          const events = written.filter(({ tag }) => tag !== SHARED).length
          if (isValid && events === count) {
            expect(readPayload(payloads.mixed(written), count)).to.deep.equal(written)
          } else expect(() => readPayload(payloads.mixed(written), count)).to.throw(SyncError)
        }),
        { numRuns: 2000 }
      )
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 4 }), (random, count) => {
          try {
            readPayload(Uint8Array.from([2, ...random]), count)
          } catch (error) {
            expect(error).to.be.instanceOf(SyncError)
          }
        }),
        { numRuns: 2000 }
      )
    })
  })
})
