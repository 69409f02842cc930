import { expect } from 'chai'
import { isObject, lackingFields, less } from '../../lib/message/fields.js'

describe('fields', () => {
  it('less copies without reading what is left out, and goes on where reading throws', () => {
    const values = {
      a: 1,
      get b() {
        throw new Error('was read')
      },
      c: 3
    }
    const lost: unknown[] = []
    const tell = (cause: unknown) => lost.push(cause)
    expect(less(values, (name) => name === 'b', tell)).to.deep.equal({ a: 1, c: 3 })
    expect(lost).to.deep.equal([])
    expect(less(values, () => false, tell)).to.deep.equal({ a: 1, c: 3 })
    expect(lost).to.have.length(1)
  })

  it('isObject tells objects from lists and others', () => {
    expect([{}, [], null, 'x', new Date()].map(isObject)).to.deep.equal([true, false, false, false, true])
  })

  it('lackingFields takes data whose fields cannot be read for another', () => {
    const getter = {
      get text(): string {
        throw new Error('not to be read')
      }
    }
    expect(lackingFields(getter, { id: 1, text: 'hi' })).to.equal(undefined)
  })
})
