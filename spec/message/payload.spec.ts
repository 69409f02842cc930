import { expect } from 'chai'
import { SyncError } from '../../lib/errors.js'
import { PayloadWriter, readPayload } from '../../lib/message/payload.js'

const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text))

const payloads = new PayloadWriter()

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
    const read = written.map((payload) => readPayload(payload, 1).message.toString())
    expect(read).to.deep.equal(messages.map(String))
  })

  it('is a one, then each piece after its length, of several events', () => {
    const payload = payloads.many(Buffer.from('{}'), bytes('a', '', 'bcd'))
    expect(payload.toString('hex')).to.equal('01000000027b7d000000016100000000' + '00000003626364')
  })

  describe('readPayload', () => {
    it('reads what was written', () => {
      expect(readPayload(payloads.one('text'), 1)).to.deep.equal({ message: Buffer.from('text') })
      const [message = Buffer.of(), ...items] = bytes('shared', 'one', '', 'three')
      expect(readPayload(payloads.many(message, items), 3)).to.deep.equal({ message, items })
      expect(readPayload(payloads.many(message, items.slice(0, 1)), 1)).to.deep.equal({
        message,
        items: items.slice(0, 1)
      })
    })

    it('reads a view of a larger buffer', () => {
      const large = Buffer.concat([Buffer.from('before'), payloads.one('text'), Buffer.from('after')])
      expect(readPayload(new Uint8Array(large).subarray(6, 11), 1).message.toString()).to.equal('text')
    })

    it('copies nothing', () => {
      const payload = payloads.one('text')
      expect(readPayload(payload, 1).message.buffer).to.equal(payload.buffer)
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
      ['a length beyond all', Buffer.of(1, 0xff, 0xff, 0xff, 0xff, 1), 1]
    ]
    for (const [name, payload, count] of broken) {
      it(`throws for ${name}`, () => {
        expect(() => readPayload(payload, count))
          .to.throw(SyncError, /^feathers-sync: a payload came in that is /)
          .with.property('kind', 'frame')
      })
    }

    it('throws nothing else for every payload with a byte changed or cut', () => {
      const golden = payloads.many(Buffer.from('{"event":"x"}'), bytes('{"data":1}', '{"data":2}'))
      let [read, refused] = [0, 0]
      for (let at = 0; at < golden.length; at += 1) {
        for (const value of [0, 1, 0x7f, 0xff]) {
          const changed = Buffer.from(golden)
          changed[at] = value
          for (const payload of [changed, golden.subarray(0, at)]) {
            try {
              const { items = [] } = readPayload(payload, 2)
              expect(Buffer.concat(items).length).to.be.at.most(golden.length)
              read += 1
            } catch (error) {
              expect(error).to.be.instanceOf(SyncError)
              refused += 1
            }
          }
        }
      }
      expect(read).to.be.above(0)
      expect(refused).to.be.above(golden.length)
    })
  })
})
