import { expect } from 'chai'
import fc from 'fast-check'
import { SyncError } from '../../lib/errors.js'
import { PayloadWriter, readPayload, SHARED, WHOLE } from '../../lib/message/payload.js'
import { listed, piece, readTexts } from './pieces.js'

const payloads = new PayloadWriter()
const many = (shared: string, ...items: string[]) => payloads.many(listed(shared, ...items))
const mixed = (...pieces: (readonly [number, string])[]) =>
  payloads.mixed(pieces.map(([tag, text]) => piece(tag, text)))
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
    const read = written.map((payload) => readTexts(payload, 1)[0]?.[1])
    expect(read).to.deep.equal(messages.map(String))
  })

  it('is a one, then each piece after its length, of several events', () => {
    const payload = many('{}', 'a', '', 'bcd')
    expect(payload.toString('hex')).to.equal('01000000027b7d000000016100000000' + '00000003626364')
  })

  it('is a two, then each piece after its length and its tag, of several lists and messages in between', () => {
    const payload = mixed([SHARED, 'S'], [0, 'a'], [WHOLE, 'w'], [SHARED, ''], [1, 'b'], [0, 'c'])
    expect(payload.toString('hex')).to.equal(
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
      expect(readTexts(payloads.one('text'), 1)).to.deep.equal([[WHOLE, 'text']])
      expect(readTexts(many('shared', 'one', '', 'three'), 3)).to.deep.equal([
        [SHARED, 'shared'],
        [0, 'one'],
        [0, ''],
        [0, 'three']
      ])
      expect(readTexts(many('shared', 'one'), 1)).to.have.length(2)
    })

    it('reads any sequence of lists and messages', () => {
      const pieces = [
        [SHARED, 'S'],
        [0, 'ä'],
        [WHOLE, 'w'],
        [SHARED, ''],
        [1, ''],
        [0, 'c']
      ] as const
      expect(readTexts(mixed(...pieces), 4)).to.deep.equal(pieces)
      expect(readTexts(mixed([WHOLE, 'w']), 1)).to.deep.equal([[WHOLE, 'w']])
    })

    it('reads bytes as they were written', () => {
      const bytes = Buffer.of(0xff, 0, 1)
      const payload = payloads.many(listed(bytes, bytes))
      expect(readPayload(payload, 1).map(({ start, end }) => payload.subarray(start, end))).to.deep.equal([
        bytes,
        bytes
      ])
    })

    it('reads a view of a larger buffer', () => {
      const large = Buffer.concat([Buffer.from('before'), payloads.one('text'), Buffer.from('after')])
      expect(readTexts(large.subarray(6, 11), 1)[0]?.[1]).to.equal('text')
    })

    const broken: [string, Buffer, number][] = [
      ['nothing', Buffer.of(), 1],
      ['another format', Buffer.from('{}'), 1],
      ['one message for several events', payloads.one('text'), 2],
      ['several for one', many('', 'a', 'b'), 1],
      ['fewer than counted', many('', 'a', 'b'), 3],
      ['no pieces', Buffer.of(1), 1],
      ['what is shared alone', many(''), 1],
      ['a length that is cut', Buffer.of(1, 0, 0, 0), 1],
      ['a piece that is cut', many('', 'abc').subarray(0, -1), 1],
      ['no pieces of several lists', Buffer.of(2), 1],
      ['a list without events', mixed([SHARED, 'S']), 1],
      ['an item without a list', mixed([0, 'a']), 1],
      ['an item before its list', mixed([0, 'a'], [SHARED, 'S']), 1],
      ['an item of another list', mixed([SHARED, 'S'], [1, 'a']), 1],
      ['fewer events of lists than counted', mixed([SHARED, 'S'], [0, 'a']), 2],
      ['more events of lists than counted', mixed([WHOLE, 'a'], [WHOLE, 'a']), 1],
      ['a tag that is cut', Buffer.of(2, 0, 0, 0, 0, 0xff), 1],
      ['a piece of a list that is cut', mixed([WHOLE, 'abc']).subarray(0, -1), 1],
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
      'of one list': many('{"event":"x"}', '{"data":1}', '{"data":2}'),
      'of several': mixed([SHARED, '{}'], [0, '1'], [WHOLE, '2'], [SHARED, '{}'], [1, '3'], [0, '4'])
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
                const places = readPayload(payload, count)
                for (const { start, end } of places) expect(end).to.be.within(start, payload.length)
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
          const lists = (index: number) => pieces.slice(0, index).filter(([tag]) => tag === SHARED).length
          const isValid = pieces.every(([tag], index) => tag >= SHARED || tag < lists(index))
          const events = pieces.filter(([tag]) => tag !== SHARED).length
          const payload = mixed(...pieces)
          if (isValid && events === count) expect(readTexts(payload, count)).to.deep.equal(pieces)
          else expect(() => readPayload(payload, count)).to.throw(SyncError)
        }),
        { numRuns: 2000 }
      )
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 4 }), (random, count) => {
          try {
            readPayload(Buffer.from([2, ...random]), count)
          } catch (error) {
            expect(error).to.be.instanceOf(SyncError)
          }
        }),
        { numRuns: 2000 }
      )
    })
  })
})
