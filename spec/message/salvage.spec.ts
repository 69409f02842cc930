import { expect } from 'chai'
import { salvage } from '../../lib/message/salvage.js'

const json = (value: unknown) => JSON.stringify(value)

describe('salvage', () => {
  it('gives what can be serialized itself', () => {
    const value = { a: [1] }
    expect(salvage(value, json)).to.equal(value)
  })

  it('gives the rest of it, null in a list, and leaves the value as it is', () => {
    const value: Record<string, unknown> = { a: 1n, b: [1n, 2, { c: 3n, d: 4 }], e: { f: 5n } }
    value.g = value
    expect(salvage(value, json)).to.deep.equal({ b: [null, 2, { d: 4 }], e: {} })
    expect(value.a).to.equal(1n)
  })

  it('gives undefined where nothing is left', () => {
    expect(salvage(1n, json)).to.equal(undefined)
    expect(
      salvage(
        Object.assign(() => {}, { toJSON: () => 1n }),
        json
      )
    ).to.equal(undefined)
  })

  it('tries the serializer that is used', () => {
    const noText = (value: unknown) => {
      if (JSON.stringify(value).includes('"text"')) throw new Error('text')
    }
    expect(salvage({ a: 'text', b: ['text', 1], at: new Date(0) }, noText)).to.deep.equal({
      b: [null, 1],
      at: new Date(0)
    })
  })

  it('tries in proportion: no part of what is accepted as a whole', () => {
    const tried: unknown[] = []
    const count = (value: unknown) => {
      tried.push(value)
      return JSON.stringify(value)
    }
    salvage({ good: Array.from({ length: 1000 }, (_, id) => ({ id })), bad: 1n }, count)
    expect(tried.length).to.be.below(6)
  })
})
