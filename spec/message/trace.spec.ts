import { deserialize, serialize } from 'bson'
import { expect } from 'chai'
import { readMessages, readPlain } from '../../lib/message/decoder.js'
import { Encoder } from '../../lib/message/encoder.js'
import type { SyncMessage } from '../../lib/message/message.js'
import { PayloadWriter } from '../../lib/message/payload.js'
import { FunctionSerializer, JsonSerializer, Serializer } from '../../lib/message/serializer.js'
import { traceContextOf } from '../../lib/message/trace.js'
import { MsgpackSerializer } from '../../lib/msgpack.js'
import { listed } from './pieces.js'

const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=1,b=2'
}

class BsonSerializer extends Serializer {
  override serialize(message: SyncMessage): Uint8Array {
    return serialize(message)
  }
  override deserialize(bytes: Buffer): SyncMessage {
    return deserialize(bytes) as SyncMessage
  }
}

const SERIALIZERS: Record<string, Serializer> = {
  JSON: new JsonSerializer(),
  BSON: new BsonSerializer(),
  MessagePack: new MsgpackSerializer(),
  'the function options': new FunctionSerializer({ serialize: (message) => JSON.stringify(message) })
}

/** What is hostile in the field `trace`, and what of it is accepted. */
const RECEIVED: Record<string, [received: unknown, accepted: unknown]> = {
  'what a propagator wrote': [TRACE, TRACE],
  text: [TRACE.traceparent, undefined],
  number: [7, undefined],
  null: [null, undefined],
  list: [[TRACE.traceparent], undefined],
  empty: [{}, undefined],
  'values that are no text': [
    { a: 1, b: {}, c: null, traceparent: TRACE.traceparent },
    { traceparent: TRACE.traceparent }
  ],
  'a long value': [{ a: 'x'.repeat(1025), b: 'x'.repeat(1024) }, { b: 'x'.repeat(1024) }],
  'a long name': [{ ['x'.repeat(65)]: '1', ['x'.repeat(64)]: '1' }, { ['x'.repeat(64)]: '1' }],
  'many fields': [Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, '1'])), undefined],
  'other characters': [{ a: 'é', b: 'a\r\nb', 'c d': '1', '': '1', e: '' }, undefined],
  'the name of the prototype': [JSON.parse('{"__proto__":"1","b":"2"}'), { b: '2' }]
}

describe('traceContextOf', () => {
  for (const [name, [received, accepted]] of Object.entries(RECEIVED)) {
    it(name, () => expect(traceContextOf(received)).to.deep.equal(accepted))
  }
})

describe('the trace of a message', () => {
  const items = [{ id: 1 }, { id: 2 }]
  const list = {
    event: 'created',
    path: 'messages',
    data: items[0],
    context: { method: 'create', result: items }
  }
  const one = { event: 'created', path: 'messages', data: { id: 1 } }

  for (const [name, serializer] of Object.entries(SERIALIZERS)) {
    describe(`with ${name}`, () => {
      let read: SyncMessage[]
      let encoder: Encoder

      beforeEach(() => {
        read = []
        encoder = new Encoder({
          serializer,
          origin: () => undefined,
          send: (payload, count) => void read.push(...readMessages(serializer, payload, count))
        })
      })

      const add = (message: SyncMessage, index?: number) =>
        encoder.add(message, index === undefined ? undefined : { list: items, index }, (cause) => {
          throw cause
        })

      it('arrives with a context, without one, and not where there was none', () => {
        add({ ...one, trace: TRACE })
        add({ ...one, context: { method: 'create', result: one.data }, trace: TRACE })
        add(one)
        expect(read.map(({ trace }) => trace)).to.deep.equal([TRACE, TRACE, undefined])
        expect(read.map((message) => 'trace' in message)).to.deep.equal([true, true, false])
        expect(read[1]?.context).to.have.property('method', 'create')
      })

      it('arrives with each item of a list, and with what was emitted in between', () => {
        add({ ...list, trace: TRACE }, 0)
        add({ ...one, trace: { traceparent: 'of another' } })
        add({ ...list, data: items[1], trace: TRACE }, 1)
        encoder.flush()
        expect(read.map(({ trace }) => trace)).to.deep.equal([TRACE, { traceparent: 'of another' }, TRACE])
        expect(read.map(({ data }) => data)).to.deep.equal([items[0], one.data, items[1]])
      })

      it('is sent with wire 3', () => {
        const sent: Buffer[] = []
        new Encoder({
          serializer,
          wire: 3,
          origin: () => 'me',
          send: (bytes) => void sent.push(bytes)
        }).add({ ...one, trace: TRACE }, undefined, () => {})
        expect(readPlain(serializer, sent[0] as Buffer)).to.deep.equal({
          message: { ...one, trace: TRACE },
          origin: 'me'
        })
      })
    })
  }

  it('is once in the payload of a list', () => {
    const payloads: string[] = []
    const serializer = new JsonSerializer()
    const encoder = new Encoder({
      serializer,
      origin: () => undefined,
      send: (payload) => void payloads.push(String(payload))
    })
    for (const [index, data] of items.entries())
      encoder.add({ ...list, data, trace: TRACE }, { list: items, index }, () => {})
    encoder.flush()
    expect(payloads.map((text) => text.split(TRACE.traceparent).length - 1)).to.deep.equal([1])
  })

  describe('that comes in', () => {
    const json = new JsonSerializer()
    const payloads = new PayloadWriter()

    for (const [name, [trace, accepted]] of Object.entries(RECEIVED)) {
      it(`is checked: ${name}`, () => {
        const text = JSON.stringify({ ...one, trace })
        const withContext = JSON.stringify({ ...one, context: { method: 'create' }, trace })
        const pieces = [JSON.stringify({ ...list, data: undefined, trace }), '{"data":1,"trace":"own"}'].map(
          Buffer.from
        )
        const [first, ...rest] = pieces as [Buffer, ...Buffer[]]
        const read = [
          ...readMessages(json, payloads.one(text), 1),
          ...readMessages(json, payloads.one(withContext), 1),
          ...readMessages(json, payloads.many(listed(first, ...rest)), 1),
          readPlain(json, Buffer.from(text)).message
        ]
        for (const message of read) {
          expect(message.trace).to.deep.equal(accepted)
          expect(message).to.include({ event: 'created', path: 'messages' })
          expect('trace' in message).to.equal(accepted !== undefined)
        }
      })
    }
  })
})
