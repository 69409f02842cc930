import { Binary, Long, ObjectId } from 'bson'
import { expect } from 'chai'
import { recordOf } from '../../lib/message/record.js'

const name = (field: string) => field === 'x'

describe('recordOf', () => {
  it('takes a record as it is if all serializers write what clients are shown', () => {
    const circle: Record<string, unknown> = { a: 1 }
    circle.self = [circle]
    const values = [
      1,
      'text',
      null,
      undefined,
      [],
      { a: [{ b: new Date(0), c: Buffer.of(1) }] },
      circle,
      new Map()
    ]
    for (const value of [...values, new ObjectId(), /x/, new Error('x'), 1n])
      expect(recordOf(value)).to.equal(value)
  })

  it('changes a copy, and never the record', () => {
    const record = Object.freeze({
      url: new URL('https://a.b/'),
      list: Object.freeze([() => 1, 2]),
      same: { a: 1 }
    })
    const copy = recordOf(record)
    expect(copy).to.deep.equal({ url: 'https://a.b/', list: [null, 2], same: { a: 1 } })
    expect(record.url).to.be.instanceOf(URL)
  })

  it("takes BSON's types that serializers change as what they contain", () => {
    expect(recordOf({ a: new Binary(Buffer.from('x')), b: Long.fromNumber(5) })).to.deep.equal({
      a: new Binary(Buffer.from('x')).toJSON(),
      b: JSON.parse(JSON.stringify(Long.fromNumber(5)))
    })
  })

  it('leaves fields out at any depth, through circles, maps, sets and what toJSON gives', () => {
    const circle: Record<string, unknown> = { x: 1, a: 2 }
    circle.self = circle
    circle.map = new Map<unknown, unknown>([
      ['x', 1],
      ['b', { x: 1, c: circle }]
    ])
    circle.set = new Set([{ x: 1, d: 4 }])
    circle.json = { toJSON: () => ({ x: 1, e: [{ x: 1 }] }) }
    circle.entity = new (class {
      x = 1
      f = 6
    })()
    const copy = recordOf(circle, { isLeftOut: name }) as typeof circle
    expect(copy.self).to.equal(copy)
    expect(copy).to.not.have.property('x')
    expect(copy.map).to.deep.equal(new Map([['b', { c: copy }]]))
    expect(copy).to.deep.include({ set: new Set([{ d: 4 }]), json: { e: [{}] }, entity: { f: 6 } })
    expect(circle).to.have.property('x', 1)
  })

  it('reads nothing that is left out', () => {
    const record = {
      a: 1,
      get x() {
        throw new Error('was read')
      }
    }
    expect(recordOf(record, { isLeftOut: name })).to.deep.equal({ a: 1 })
  })

  it('loses what throws, or is nested too deep, and says so', () => {
    const lost: unknown[] = []
    let deep: object = {}
    for (let depth = 0; depth < 5000; depth += 1) deep = { deep }
    const toJSON = () => {
      throw new Error('no JSON')
    }
    const options = { lost: (cause: unknown) => lost.push((cause as Error).message) }
    expect(recordOf({ a: 1, b: { toJSON } }, options)).to.deep.equal({ a: 1 })
    expect(recordOf({ toJSON }, options)).to.equal(undefined)
    expect(recordOf({ deep, a: 1 }, options)).to.have.property('a', 1)
    expect(lost).to.deep.equal(['no JSON', 'no JSON', 'a value is nested too deep'])
  })
})
