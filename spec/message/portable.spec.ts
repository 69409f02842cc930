import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { ObjectId } from 'bson'
import { expect } from 'chai'
import { portable } from '../../lib/message/portable.js'

const circle: Record<string, unknown> = { id: 1 }
circle.self = circle
const unreadable = {
  id: 1,
  get name() {
    throw new Error('unreadable')
  }
}
const throwing = {
  toJSON() {
    throw new Error('no JSON')
  }
}

class Entity {
  constructor(
    readonly id: number,
    readonly inner: unknown = undefined
  ) {}

  get double(): number {
    return 2 * this.id
  }
}

describe('portable', () => {
  it('copies plain data, and leaves the original as it is', () => {
    const value = { a: [1, { b: 'x' }], n: null, u: undefined, f: false, z: 0n }
    const frozen = Object.freeze({ ...value })
    const copy = portable(frozen)
    expect(copy).to.deep.equal(value)
    expect(copy).not.to.equal(frozen)
    expect((copy as typeof value).a[1]).not.to.equal(value.a[1])
  })

  for (const value of [1, 'text', true, null, undefined, 1n, Number.NaN]) {
    it(`takes ${typeof value} ${value} as it is`, () => expect(portable(value)).to.deep.equal(value))
  }

  it('takes what serializers know as it is', () => {
    const known = [new Date(0), Buffer.of(1), new Float64Array(2), /x/, new ObjectId()]
    for (const value of known) expect(portable(value)).to.equal(value)
  })

  it('takes what toJSON gives', () => {
    expect(portable({ toJSON: () => ({ a: 1, run: () => {} }) })).to.deep.equal({ a: 1 })
    expect(portable(new URL('http://localhost/'))).to.equal('http://localhost/')
  })

  it('takes entities with their own fields, through and through', () => {
    expect(portable(new Entity(1, new Entity(2)))).to.deep.equal({
      id: 1,
      inner: { id: 2, inner: undefined }
    })
  })

  it('leaves functions, symbols and other instances out, and null in a list', () => {
    const stays = [() => {}, Symbol('x'), new PassThrough(), new EventEmitter().on('x', () => {})]
    for (const value of [...stays, new Entity(1, () => {})]) {
      expect(portable(value)).to.equal(undefined)
      expect(portable({ value, id: 1 })).to.deep.equal({ id: 1 })
      expect(portable([value, 1])).to.deep.equal([null, 1])
    }
  })

  it('leaves circles out, and takes what is there twice', () => {
    expect(portable(circle)).to.deep.equal({ id: 1 })
    const list: unknown[] = [1]
    list.push(list)
    expect(portable(list)).to.deep.equal([1, null])
    const shared = { id: 2 }
    expect(portable({ one: shared, two: shared })).to.deep.equal({ one: { id: 2 }, two: { id: 2 } })
    const own: Record<string, unknown> = {}
    own.toJSON = () => ({ own })
    expect(portable(own)).to.deep.equal({})
  })

  it('leaves out what throws when it is read', () => {
    expect(portable(unreadable)).to.deep.equal({ id: 1 })
    expect(portable({ throwing, id: 2 })).to.deep.equal({ id: 2 })
    expect(portable(throwing)).to.equal(undefined)
  })

  it('keeps holes of lists as undefined, and `__proto__` as a field', () => {
    expect(portable(Object.assign(Array(3), { 0: 1, 2: 2 }))).to.deep.equal([1, undefined, 2])
    const copy = portable(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype)
    expect(Object.keys(copy as object)).to.deep.equal(['__proto__'])
  })

  it('leaves out fields by their names, at any depth, without reading them', () => {
    const value = { id: 1, list: [{ id: 2, name: 'x' }], deep: { name: 'y' }, inner: new Entity(3) }
    expect(portable(value, { isLeftOut: (name) => ['name', 'inner'].includes(name) })).to.deep.equal({
      id: 1,
      list: [{ id: 2 }],
      deep: {}
    })
    const lost: unknown[] = []
    portable(unreadable, { isLeftOut: (name) => name === 'name', lost: (cause) => lost.push(cause) })
    expect(lost).to.deep.equal([])
  })

  it('reports what is lost, and not what is no data', () => {
    const lost: unknown[] = []
    const value = { circle, unreadable, throwing, run: () => {}, stream: new PassThrough() }
    portable(value, { lost: (cause) => lost.push((cause as Error).message) })
    expect(lost).to.deep.equal(['a value is circular', 'unreadable', 'no JSON'])
  })
})
