import { expect } from 'chai'
import { SyncError } from '../../lib/errors.js'
import { nameIn, readMessages, readPlain } from '../../lib/message/decoder.js'
import { PayloadWriter } from '../../lib/message/payload.js'
import { JsonSerializer } from '../../lib/message/serializer.js'
import { listed } from './pieces.js'

const json = new JsonSerializer()
const payloads = new PayloadWriter()
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value))
const many = (shared: unknown, ...items: unknown[]) =>
  payloads.many(listed(bytesOf(shared), ...items.map(bytesOf)))
const message = { event: 'created', path: 'messages' }

describe('readMessages', () => {
  it('gives the one message', () => {
    expect(readMessages(json, payloads.one(JSON.stringify({ ...message, data: 1 })), 1)).to.deep.equal([
      { ...message, data: 1 }
    ])
  })

  it('fills the context in from its message', () => {
    const text = JSON.stringify({ ...message, data: { id: 1 }, context: { method: 'create', self: 15 } })
    const [read] = readMessages(json, payloads.one(text), 1)
    const context = { ...message, method: 'create', data: { id: 1 }, result: { id: 1 } }
    expect(read).to.deep.equal({ ...message, data: { id: 1 }, context })
  })

  it('gives a message for each item, all with the one context and its list', () => {
    const read = readMessages(json, many({ ...message, context: { self: 16 } }, { data: 1 }, { data: 2 }), 2)
    expect(read.map(({ data }) => data)).to.deep.equal([1, 2])
    expect(read[0]?.context).to.deep.equal({ result: [1, 2] })
    expect(read[1]?.context).to.equal(read[0]?.context)
  })

  it('gives no context where there is none, or null', () => {
    const texts = [message, { ...message, context: null }].map((value) => payloads.one(JSON.stringify(value)))
    const read = texts.flatMap((payload) => readMessages(json, payload, 1))
    expect(read[0]).to.deep.equal(message)
    expect(read[1]?.context).to.equal(null)
    expect(readMessages(json, many(message, { data: 1 }), 1)).to.deep.equal([{ ...message, data: 1 }])
  })

  it('gives another serializer than JSON bytes of its own, which hold no frame in memory when parts are kept', () => {
    const kept: Buffer[] = []
    class Keeping extends JsonSerializer {
      override deserialize(bytes: Buffer) {
        kept.push(bytes.subarray(0, 1))
        return super.deserialize(bytes)
      }
    }
    const frame = Buffer.alloc(100_000)
    const payload = new PayloadWriter().one('{"event":"created","path":"messages","data":1}')
    payload.copy(frame, 5)
    const part = frame.subarray(5, 5 + payload.length)
    readMessages(new Keeping(), part, 1)
    readPlain(new Keeping(), Buffer.from('{"event":"created","path":"messages","data":1}'))
    expect(kept.map(({ buffer }) => buffer.byteLength)).to.deep.equal([46, 46])
  })

  it('throws for a serializer that returns a promise, and contains what that rejects with', async () => {
    class Late extends JsonSerializer {
      override deserialize() {
        return Promise.reject(new Error('late')) as never
      }
    }
    const payload = new PayloadWriter().one('{}')
    expect(() => readMessages(new Late(), payload, 1)).to.throw(
      TypeError,
      'the deserializer returned a promise'
    )
    expect(() => readPlain(new Late(), payload)).to.throw(TypeError, 'the deserializer returned a promise')
    await new Promise((resolve) => setImmediate(resolve)) // an unhandled rejection would fail the test
  })

  it('hands on what is no message: it is reported later', () => {
    for (const value of [7, 'text', []]) {
      expect(readMessages(json, payloads.one(JSON.stringify(value)), 1)).to.deep.equal([value])
    }
  })

  it('throws what is wrong with the payload, and what the serializer throws', () => {
    expect(() => readMessages(json, Buffer.of(9), 1))
      .to.throw(SyncError)
      .with.property('kind', 'frame')
    expect(() => readMessages(json, payloads.one('garbage'), 1)).to.throw(SyntaxError)
    expect(() => readMessages(json, payloads.one('null'), 1)).to.throw(TypeError)
    expect(() => readMessages(json, many(message, null), 1)).to.throw(TypeError)
  })
})

describe('readPlain', () => {
  it('gives the message and who wrote it', () => {
    const plain = { ...message, data: 1, context: { method: 'create' } }
    expect(readPlain(json, bytesOf(plain))).to.deep.equal({ message: plain, origin: undefined })
    expect(readPlain(json, bytesOf({ ...plain, origin: 'x' }))).to.deep.equal({ message: plain, origin: 'x' })
  })

  it('reads a view of a larger buffer', () => {
    const large = new Uint8Array(Buffer.from('  {"data":1}  '))
    expect(readPlain(json, large.subarray(2, 12)).message).to.deep.equal({ data: 1 })
  })
})

describe('nameIn', () => {
  const text = JSON.stringify({ ...message, data: 1 })
  class Other extends JsonSerializer {
    override serialize(it: object) {
      return JSON.stringify({ nested: it })
    }
    override deserialize(bytes: Buffer) {
      return JSON.parse(bytes.toString()).nested
    }
  }

  it('tells the service and the event of a message, and of the first of a list', () => {
    expect(nameIn(json, payloads.one(text), 1, 4)).to.equal("'messages created'")
    expect(nameIn(json, many(message, { data: 1 }, { data: 2 }), 2, 4)).to.equal("'messages created'")
    expect(nameIn(json, Buffer.from(text), 1, 3)).to.equal("'messages created'")
    expect(nameIn(new Other(), payloads.one(JSON.stringify({ nested: message })), 1, 4)).to.equal(
      "'messages created'"
    )
  })

  it('tells nothing of what can not be read', () => {
    expect(nameIn(json, Buffer.from(text), 1, 4)).to.equal(undefined)
    expect(nameIn(json, payloads.one('{'), 1, 4)).to.equal(undefined)
    expect(nameIn(json, payloads.one('null'), 1, 4)).to.equal(undefined)
  })
})
