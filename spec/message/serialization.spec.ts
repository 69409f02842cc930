import { expect } from 'chai'
import { serializeMessage } from '../../lib/message/serialization.js'
import { FunctionSerializer, JsonSerializer } from '../../lib/message/serializer.js'

const message = { event: 'created', path: 'messages', data: { text: 'hi' } }
const never = () => expect.fail('nothing is lost')
const returning = (result: () => unknown) => new FunctionSerializer({ serialize: result as () => string })

describe('serializeMessage', () => {
  for (const result of ['text', '', Buffer.of(1), new Uint8Array(2)]) {
    it(`gives what the serializer returns: ${Object.prototype.toString.call(result)}`, () => {
      expect(
        serializeMessage(
          returning(() => result),
          message,
          never
        )
      ).to.equal(result)
    })
  }

  for (const [name, result] of [
    ['ArrayBuffer', () => new ArrayBuffer(8)],
    ['Uint16Array', () => new Uint16Array(8)],
    ['Number', () => 7],
    ['Promise', () => Promise.resolve('{}')],
    ['Promise', () => Promise.reject(new Error('nobody waits for it'))],
    ['Object', () => ({ length: 1 })],
    ['Array', () => [1]],
    ['Undefined', () => undefined],
    ['Null', () => null]
  ] as const) {
    it(`throws and names what it got: ${name}`, () => {
      expect(() => serializeMessage(returning(result), message, never)).to.throw(
        TypeError,
        `the serializer returned ${name}, instead of a string or bytes (Uint8Array, Buffer)`
      )
    })
  }

  it('leaves out what the serializer throws on, and reports it', () => {
    const causes: unknown[] = []
    const data = { text: 'hi', size: 1n }
    const context = { dispatch: { safe: true }, params: { count: 1n } }
    const text = serializeMessage(new JsonSerializer(), { ...message, data, context }, (cause) =>
      causes.push(cause)
    )
    expect(JSON.parse(text as string)).to.deep.equal({
      ...message,
      context: { dispatch: { safe: true }, params: {} }
    })
    expect(causes).to.have.length(1)
  })

  it('throws if nothing is left of the data, or a part of a dispatch would be lost', () => {
    const json = new JsonSerializer()
    expect(() => serializeMessage(json, { ...message, data: 1n }, never)).to.throw(TypeError)
    const context = { dispatch: { safe: true, size: 1n } }
    expect(() => serializeMessage(json, { ...message, context }, never)).to.throw(TypeError)
  })
})
