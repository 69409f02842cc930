import { expect } from 'chai'
import {
  isObject,
  isPassword,
  less,
  publicParams,
  withoutPasswords,
  withoutSecrets
} from '../../lib/message/policy.js'

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

  it('knows names of passwords', () => {
    for (const name of ['password', 'userPassword', 'PASSWD', 'pass', 'pwd', 'passcode']) {
      expect(isPassword(name), name).to.equal(true)
    }
    for (const name of ['passport', 'compass', 'token']) expect(isPassword(name), name).to.equal(false)
  })

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
})
