import { expect } from 'chai'
import { readMessages, type Selection } from '../../lib/message/decoder.js'
import { PayloadWriter, SHARED, WHOLE } from '../../lib/message/payload.js'
import { JsonSerializer, Serializer } from '../../lib/message/serializer.js'
import { listed } from './pieces.js'

const payloads = new PayloadWriter()
const text = (path: string, rest: object) => JSON.stringify({ event: 'created', path, ...rest })
const piece = (tag: number, content: string) => ({ tag, content, length: Buffer.byteLength(content) })

/** JSON, of which it is not known that the names come first. */
class OtherSerializer extends Serializer {
  read: string[] = []

  override serialize(message: object): string {
    return JSON.stringify(message)
  }

  override deserialize(bytes: Buffer) {
    this.read.push(String(bytes))
    return JSON.parse(String(bytes))
  }
}

describe('readMessages with a selection', () => {
  let dropped: string[]
  const selection: Selection = {
    wants: ({ path }) => path !== 'logs',
    drop: ({ path, event }) => dropped.push(`${path} ${event}`)
  }
  const attempt = <Result>(read: () => Result) => read()
  const read = (payload: Buffer, count: number, serializer: Serializer = new JsonSerializer()) =>
    readMessages(serializer, payload, count, attempt, selection).map(({ path, data }) => [path, data])

  beforeEach(() => {
    dropped = []
  })

  /** What can't be parsed shows that it isn't. */
  const UNREADABLE = '{"event":"created","path":"logs","data":'

  it('does not parse the one message of a payload that is not wanted', () => {
    expect(read(payloads.one(UNREADABLE), 1)).to.deep.equal([])
    expect(dropped).to.deep.equal(['logs created'])
    expect(read(payloads.one(text('messages', { data: 1 })), 1)).to.deep.equal([['messages', 1]])
    expect(dropped).to.have.lengthOf(1)
  })

  it('parses neither a list that is not wanted nor its items', () => {
    const payload = payloads.many(listed(Buffer.from(UNREADABLE), Buffer.from('{'), Buffer.from('{')))
    expect(read(payload, 2)).to.deep.equal([])
    expect(dropped).to.deep.equal(['logs created', 'logs created'])
  })

  it('reads what is wanted of several lists and messages', () => {
    const payload = payloads.mixed([
      piece(SHARED, UNREADABLE),
      piece(0, '{'),
      piece(WHOLE, text('messages', { data: 1 })),
      piece(SHARED, text('users', { context: { self: 16 } })),
      piece(1, '{"data":2}'),
      piece(WHOLE, UNREADABLE),
      piece(0, '{'),
      piece(1, '{"data":3}')
    ])
    expect(read(payload, 6)).to.deep.equal([
      ['messages', 1],
      ['users', 2],
      ['users', 3]
    ])
    expect(dropped).to.deep.equal(Array(3).fill('logs created'))
  })

  it('parses where the names have escapes', () => {
    expect(read(payloads.one('{"event":"created","path":"l\\u006fgs","data":1}'), 1)).to.deep.equal([])
    expect(read(payloads.one('{"event":"created","path":"messag\\u0065s","data":1}'), 1)).to.deep.equal([
      ['messages', 1]
    ])
    expect(dropped).to.deep.equal(['logs created'])
  })

  it('judges by the names that the parser finds, where JSON has them twice', () => {
    const twice = '{"event":"created","path":"messages","path":"logs"'
    expect(read(payloads.one(`${twice},"data":1}`), 1)).to.deep.equal([])
    const payload = payloads.many(listed(Buffer.from(`${twice}}`), Buffer.from('{"data":1}')))
    expect(read(payload, 1)).to.deep.equal([])
    expect(dropped).to.deep.equal(Array(2).fill('logs created'))
  })

  it('deserializes with another serializer, but not the items of a list that is not wanted', () => {
    const serializer = new OtherSerializer()
    expect(read(payloads.one(text('logs', { data: 1 })), 1, serializer)).to.deep.equal([])
    const shared = text('logs', {})
    const payload = payloads.many(listed(Buffer.from(shared), Buffer.from('{'), Buffer.from('{')))
    expect(read(payload, 2, serializer)).to.deep.equal([])
    expect(dropped).to.deep.equal(Array(3).fill('logs created'))
    expect(serializer.read).to.deep.equal([text('logs', { data: 1 }), shared])
  })
})
