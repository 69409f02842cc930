import { expect } from 'chai'
import sinon from 'sinon'
import { nameTest, publicParams, withoutPasswords, withoutSecrets } from '../../lib/message/policy.js'

describe('policy', () => {
  const account = { id: 1, password: 'p', token: 't', deep: [{ passphrase: 'p', apikey: 'k', name: 'n' }] }

  describe('publicParams', () => {
    it('leaves out passwords, at any depth', () => {
      expect(publicParams({ password: 'p', passPhrase: 'p', deep: { pwd: 'p', b: 2 }, a: 1 })).to.deep.equal({
        deep: { b: 2 },
        a: 1
      })
    })

    it('takes params that are no object as they are', () => {
      for (const params of [null, undefined, 'text', 7]) expect(publicParams(params)).to.equal(params)
    })

    it('takes headers and users that are no objects as they are', () => {
      expect(publicParams({ headers: 'none', user: 7 })).to.deep.equal({ headers: 'none', user: 7 })
      expect(publicParams({ headers: null, user: null })).to.deep.equal({ headers: null, user: null })
    })

    it('takes params without a prototype, and of another realm', () => {
      const params = Object.assign(Object.create(null), { a: 1, connection: {} })
      expect(publicParams(params)).to.deep.equal({ a: 1 })
    })

    it('leaves secrets out of each user of a list', () => {
      const id = 1
      expect(publicParams({ user: [{ id, token: 't' }] })).to.deep.equal({ user: [{ id }] })
    })
  })

  describe('withoutSecrets', () => {
    it('leaves out passwords, tokens and keys, at any depth', () => {
      expect(withoutSecrets(account)).to.deep.equal({ id: 1, deep: [{ name: 'n' }] })
    })

    it('leaves what only sounds like one', () => {
      const value = { hashtag: 1, saltwater: 2, compass: 3, bypass: 4, keyboard: 5, author: 6 }
      expect(withoutSecrets(value)).to.deep.equal(value)
    })
  })

  describe('withoutPasswords', () => {
    it('leaves out passwords alone, at any depth', () => {
      expect(withoutPasswords(account)).to.deep.equal({
        id: 1,
        token: 't',
        deep: [{ apikey: 'k', name: 'n' }]
      })
    })
  })

  it('recognizes names of passwords', () => {
    for (const name of ['password', 'userPassword', 'PASSWD', 'pass', 'pwd', 'passcode']) {
      expect(withoutPasswords({ [name]: 1 }), name).to.deep.equal({})
    }
    for (const name of ['passport', 'compass', 'token']) {
      expect(withoutPasswords({ [name]: 1 }), name).to.deep.equal({ [name]: 1 })
    }
  })
})

describe('nameTest', () => {
  it('answers as the test does, and calls it once for a name', () => {
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
