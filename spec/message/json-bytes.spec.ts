import { expect } from 'chai'
import { parse, stringify } from '../../lib/message/json-bytes.js'

describe('json-bytes', () => {
  const bytes = Buffer.from([0, 255])

  it('keeps Buffers, at any depth', () => {
    const message = { data: bytes, context: { list: [[{ bytes, other: 1 }], null], none: Buffer.alloc(0) } }
    expect(parse(stringify(message))).to.deep.equal(message)
  })

  it('takes what only looks like one as it is', () => {
    const message = { data: { type: 'Buffer', data: [1, 2] }, text: '{"type":"Buffer","data":[' }
    expect(stringify(message)).to.equal(JSON.stringify(message))
    expect(parse(stringify(message))).to.deep.equal(message)
    const both = { a: message.data, bytes: 1, b: [bytes] }
    const { bytes: _paths, ...rest } = both
    expect(parse(stringify(both))).to.deep.equal(rest)
  })

  it('writes what JSON writes, and a field that others ignore', () => {
    expect(JSON.parse(stringify({ data: { bytes } }))).to.deep.equal({
      data: { bytes: { type: 'Buffer', data: [0, 255] } },
      bytes: [['data', 'bytes']]
    })
  })

  it('takes paths of a message that lead nowhere for none', () => {
    const data = { type: 'Buffer', data: [1] }
    for (const paths of [
      [['data', 'x']],
      [['x', 'y']],
      [[]],
      [1, null, ['__proto__', 'x']],
      [['data', 'type']],
      'x'
    ]) {
      const text = JSON.stringify({ data, bytes: paths })
      expect(parse(text), text).to.deep.include({ data })
    }
    expect(parse('[{"type":"Buffer","data":[1]}]')).to.deep.equal([data])
  })
})
