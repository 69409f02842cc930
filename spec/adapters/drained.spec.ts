import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { drained } from '../../lib/adapters/drained.js'
import { rejection } from '../conformance/rejection.js'

describe('drained', () => {
  it('resolves for all who wait when the stream drains, with one listener, and leaves none', async () => {
    const stream = new EventEmitter()
    for (let round = 0; round < 3; round += 1) {
      const waiting = Array.from({ length: 100 }, () => drained(stream))
      expect(stream.listenerCount('drain')).to.equal(1)
      expect(stream.listenerCount('close')).to.equal(1)
      stream.emit('drain')
      await Promise.all(waiting)
      expect(stream.eventNames()).to.deep.equal([])
    }
  })

  it('rejects for all when the stream closes, and leaves no listener', async () => {
    const stream = new EventEmitter()
    const waiting = [rejection(drained(stream)), rejection(drained(stream))]
    stream.emit('close')
    for (const error of await Promise.all(waiting)) {
      expect(error).to.be.an('error').with.property('message', 'the connection was closed')
    }
    expect(stream.eventNames()).to.deep.equal([])
  })
})
