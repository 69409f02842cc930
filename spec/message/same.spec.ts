import { ObjectId } from 'bson'
import { expect } from 'chai'
import { isSame } from '../../lib/message/same.js'

class Entity {
  constructor(readonly id: number) {}
}

describe('isSame', () => {
  const run = () => 1
  const equal: [unknown, unknown][] = [
    [Number.NaN, Number.NaN],
    [0, -0],
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [new Date(5), new Date(5)],
    [Buffer.of(1), Buffer.of(1)],
    [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])],
    [/x/g, /x/g],
    [new ObjectId('0123456789abcdef01234567'), new ObjectId('0123456789abcdef01234567')],
    [new Entity(1), new Entity(1)],
    [{ run }, { run }]
  ]
  for (const [one, other] of equal) {
    it(`is true of ${JSON.stringify(one)} twice`, () => expect(isSame(one, other)).to.equal(true))
  }

  const different: [unknown, unknown][] = [
    [1, '1'],
    [null, undefined],
    [{ a: undefined }, {}],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1]
    ],
    [[], {}],
    [new Date(5), new Date(6)],
    [Buffer.of(1), Uint8Array.of(1)],
    [new ObjectId('0123456789abcdef01234567'), new ObjectId('1123456789abcdef01234567')],
    [new Entity(1), { id: 1 }],
    [new URL('https://a.b/'), new URL('https://c.d/')],
    [new Error('a'), new Error('b')],
    [{ run }, { run: () => 1 }],
    [JSON.parse('{"toString":1}'), { a: 1 }]
  ]
  for (const [one, other] of different) {
    it(`is false of ${Object.prototype.toString.call(one)} and ${other === null ? null : typeof other}, ${JSON.stringify(other)}`, () => {
      expect([isSame(one, other), isSame(other, one)]).to.deep.equal([false, false])
    })
  }
})
