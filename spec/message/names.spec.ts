import { expect } from 'chai'
import sinon from 'sinon'
import { isHeaders, isPrivateHeader, isSecret, nameTest, omitTest } from '../../lib/message/names.js'

describe('names', () => {
  const secrets = [
    'password',
    'userPassword',
    'PASSWD',
    'pass',
    'pwd',
    'passcode',
    'passPhrase',
    'resetToken'
  ]
  secrets.push('apiKey', 'api_key', 'privateKey', 'salt', 'hash', 'cookies', 'set-cookie', 'Authorization')
  secrets.push('proxy-authorization', 'rawHeaders', '_bsontype')
  const others = [
    'passport',
    'compass',
    'bypass',
    'hashtag',
    'saltwater',
    'keyboard',
    'author',
    'authenticated'
  ]
  others.push('authorization_url', 'session')

  for (const name of secrets) {
    it(`of secrets: ${name}`, () => {
      expect([isSecret(name), isPrivateHeader(name)]).to.deep.equal([true, true])
    })
  }
  for (const name of others) {
    it(`that only sound like one: ${name}`, () => expect(isSecret(name)).to.equal(false))
  }

  it('of headers, and where they are', () => {
    for (const name of ['x-session-id', 'x-auth', 'www-authenticate', 'X-Amz-Authorization']) {
      expect(isPrivateHeader(name), name).to.equal(true)
    }
    for (const name of ['accept', 'host', 'x-forwarded-for'])
      expect(isPrivateHeader(name), name).to.equal(false)
    for (const name of ['headers', 'header', 'rawHeaders', 'multiValueHeaders', 'client_headers']) {
      expect(isHeaders(name), name).to.equal(true)
    }
    expect(isHeaders('headerText')).to.equal(false)
  })
})

describe('omitTest', () => {
  it('takes names as they are, and patterns', () => {
    const isOmitted = omitTest(['password', 'a.c', /token$/i, /^_/gy])
    const names = ['password', 'a.c', 'resetToken', 'TOKEN', '_id', '_id2']
    expect(names.map((name) => isOmitted?.(name))).to.deep.equal(names.map(() => true))
    for (const name of ['Password', 'abc', 'tokens', 'a_', 'constructor']) {
      expect(isOmitted?.(name), name).to.equal(false)
    }
  })

  it('is none for no names', () => expect(omitTest([])).to.equal(undefined))
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
