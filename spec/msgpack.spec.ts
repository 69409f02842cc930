import { expect } from 'chai'
import sync, { createContainer, Serializer } from '../lib/index.js'
import { MsgpackSerializer } from '../lib/msgpack.js'

describe('MsgpackSerializer', () => {
  const message = (data: unknown) => ({ event: 'created', path: 'messages', data })
  const trip = (data: unknown) => {
    const writer = new MsgpackSerializer()
    writer.serialize(message(data)) // what was written before must not be needed to read
    return new MsgpackSerializer().deserialize(Buffer.from(writer.serialize(message(data)))).data
  }

  const values: Record<string, unknown> = {
    Date: new Date(1234),
    Buffer: Buffer.from([0, 255, 128]),
    Map: new Map<unknown, unknown>([
      [1, { a: 1 }],
      ['two', new Map([['three', new Date(3)]])]
    ]),
    Set: new Set([1, 'two', new Date(3)]),
    BigInt: [1n, -1n, 2n ** 63n, -(2n ** 65n)],
    undefined: { there: undefined, list: [undefined, null] },
    RegExp: /a+/gi,
    'plain data': { text: 'Größe 🎉', numbers: [0, -1, 1.5, 2 ** 40], nested: { yes: true, no: null } }
  }

  for (const [name, value] of Object.entries(values)) {
    it(`keeps ${name}`, () => {
      expect(trip({ value })).to.deep.equal({ value })
    })
  }

  it('gives bytes as a Buffer', () => {
    expect(Buffer.isBuffer((trip({ bytes: Buffer.from('ab') }) as { bytes: unknown }).bytes)).to.equal(true)
  })

  it('keeps circles', () => {
    const data: { self?: unknown } = {}
    data.self = data
    const read = trip(data) as typeof data
    expect(read.self).to.equal(read)
  })

  it('throws on what it did not write', () => {
    const serializer = new MsgpackSerializer()
    const bytes = Buffer.from(serializer.serialize(message({ text: 'a text' })))
    expect(() => serializer.deserialize(bytes.subarray(0, 20))).to.throw(Error)
    expect(() => serializer.deserialize(Buffer.alloc(0))).to.throw(Error)
  })

  it('is bound in a container', () => {
    const container = createContainer()
    container.rebind(Serializer).to(MsgpackSerializer)
    expect(container.get(Serializer)).to.be.instanceOf(MsgpackSerializer)
    expect(sync({ uri: 'ipc:', container })).to.be.a('function')
  })
})
