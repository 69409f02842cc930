import { expect } from 'chai'
import sinon from 'sinon'
import { nameTest } from '../../lib/message/name-test.js'

describe('nameTest', () => {
  it('answers as the test does, and asks it once for a name', () => {
    const isShort = sinon.spy((name: string) => name.length < 3)
    const test = nameTest(isShort)
    for (let times = 0; times < 3; times += 1) {
      expect(test('id')).to.equal(true)
      expect(test('name')).to.equal(false)
    }
    expect(isShort.args).to.deep.equal([['id'], ['name']])
  })

  it('keeps a thousand answers, however many names there are', () => {
    const isOdd = sinon.spy((name: string) => Number(name) % 2 === 1)
    const test = nameTest(isOdd)
    for (let number = 0; number < 3000; number += 1) expect(test(String(number))).to.equal(number % 2 === 1)
    isOdd.resetHistory()
    expect([test('999'), test('1000'), test('1001'), test('1001')]).to.deep.equal([true, false, true, true])
    expect(isOdd.args).to.deep.equal([['1000'], ['1001'], ['1001']])
  })
})
