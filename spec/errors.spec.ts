import { expect } from 'chai'
import { reason, SyncError } from '../lib/errors.js'

describe('SyncError', () => {
  it('is an Error with a name, a kind and a cause', () => {
    const cause = new Error('why')
    const error = new SyncError('publish', 'what', cause)
    expect(error).to.be.instanceOf(Error)
    expect(error).to.include({ name: 'SyncError', kind: 'publish', message: 'what', cause })
    expect(String(error)).to.equal('SyncError: what')
  })

  describe('.from', () => {
    it('leaves a SyncError as it is', () => {
      const error = new SyncError('auth', 'refused')
      expect(SyncError.from(error, 'connect', 'could not connect')).to.equal(error)
    })

    it('ends the message with the reason of anything else', () => {
      const cause = new Error('no route')
      const error = SyncError.from(cause, 'connect', 'could not connect')
      expect(error).to.include({ kind: 'connect', message: 'could not connect: no route', cause })
    })
  })
})

describe('reason', () => {
  const hostile = new Error('never seen')
  Object.defineProperty(hostile, 'message', {
    get() {
      throw new Error('not readable')
    }
  })
  const cases: [title: string, error: unknown, expected: string][] = [
    ['the message of an error', new Error('why'), 'why'],
    [
      'the code where there is no message',
      Object.assign(new Error(), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED'
    ],
    ['the name where there is neither', new RangeError(), 'RangeError'],
    ['the first of several', new AggregateError([new Error('IPv6'), new Error('IPv4')]), 'IPv6'],
    ['the own message of several', new AggregateError([new Error('IPv6')], 'all failed'), 'all failed'],
    ['the name of several without one', new AggregateError([]), 'AggregateError'],
    ['what is no error, as text', 42, '42'],
    ['nothing', undefined, 'undefined'],
    ['the type of what has no text', Object.create(null), 'object'],
    ['the type of what can’t be read', hostile, 'object']
  ]
  for (const [title, error, expected] of cases) {
    it(`is ${title}: ${expected}`, () => {
      expect(reason(error)).to.equal(expected)
    })
  }
})
