import { expect } from 'chai'
import { SyncError } from '../../lib/errors.js'
import { readMessages, readPlain } from '../../lib/message/decoder.js'
import { PayloadWriter } from '../../lib/message/payload.js'
import { JsonSerializer } from '../../lib/message/serializer.js'

const json = new JsonSerializer()
const payloads = new PayloadWriter()
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value))
const many = (shared: unknown, ...items: unknown[]) => payloads.many(bytesOf(shared), items.map(bytesOf))
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
