import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import { spy } from 'sinon'
import { dispatchAs } from '../../lib/feathers/remote.js'
import { isRemote, local } from '../../lib/index.js'

describe('remote', () => {
  describe('isRemote', () => {
    it('is undefined where no event is being dispatched', () => {
      expect(isRemote()).to.equal(undefined)
    })

    it('answers for the event being dispatched, and of the outer one again after a nested one', () => {
      const seen: unknown[] = []
      dispatchAs(true, undefined, () => {
        seen.push(isRemote())
        dispatchAs(false, undefined, () => seen.push(isRemote()))
        seen.push(isRemote())
      })
      expect(seen).to.deep.equal([true, false, true])
      expect(isRemote()).to.equal(undefined)
    })

    it('forgets the dispatch when a listener throws', () => {
      const fail = () => {
        throw new Error('not my day')
      }
      expect(() => dispatchAs(true, undefined, fail)).to.throw('not my day')
      expect(isRemote()).to.equal(undefined)
    })

    it('answers for a context at any time', async () => {
      const [remote, own] = [{}, {}]
      dispatchAs(true, remote, () => {})
      dispatchAs(false, own, () => {})
      await Promise.resolve()
      expect(isRemote(remote)).to.equal(true)
      expect(isRemote(own)).to.equal(false)
      expect(isRemote({ never: 'dispatched' })).to.equal(false)
    })

    it('answers for a context as it was dispatched at last, also one that is frozen', () => {
      const context = Object.freeze({})
      dispatchAs(undefined, context, () => {})
      dispatchAs(true, context, () => {})
      dispatchAs(false, context, () => {})
      expect(isRemote(context)).to.equal(true) // an emit by a listener here does not change where it was made
      expect(isRemote({ ...context })).to.equal(false)
    })

    it('is undefined by a context whose origin is not known', () => {
      const context = {}
      dispatchAs(undefined, context, () => {})
      expect(isRemote(context)).to.equal(undefined)
    })

    it('answers for the current dispatch if the context is no object', () => {
      expect(dispatchAs(true, null, () => isRemote(null))).to.equal(true)
      expect(dispatchAs(true, 'text', () => isRemote('text'))).to.equal(true)
    })
  })

  describe('local', () => {
    let service: EventEmitter
    const emitAs = (remoteness: boolean | undefined, ...args: unknown[]) =>
      dispatchAs(remoteness, args[1], () => service.emit('created', ...args))

    beforeEach(() => {
      service = new EventEmitter()
    })

    it('runs for events made here, with `this` and all arguments, and not for those of others', () => {
      const listener = spy()
      service.on('created', local(listener))
      const context = {}
      emitAs(false, 'data', context)
      emitAs(true, 'data', {})
      emitAs(true, 'data')
      expect(listener.callCount).to.equal(1)
      expect(listener.calledOn(service)).to.equal(true)
      expect(listener.firstCall.args[1]).to.equal(context)
    })

    it('runs where the origin is not known, and outside of any dispatch', () => {
      const listener = spy()
      service.on('created', local(listener))
      emitAs(undefined, 'data', {})
      service.emit('created', 'data')
      expect(listener.callCount).to.equal(2)
    })

    it('runs for a local event with the context of the remote one that led to it', () => {
      const listener = spy()
      service.on('created', local(listener))
      const context = {}
      dispatchAs(true, context, () => emitAs(false, 'again', context))
      expect(listener.callCount).to.equal(1)
    })

    for (const method of ['off', 'removeListener'] as const) {
      it(`is removed by ${method}() with the original, and with the wrapper`, () => {
        const listener = spy()
        const wrapper = local(listener)
        service.on('created', local(listener)).on('created', wrapper)
        service[method]('created', wrapper)
        expect(service.listenerCount('created')).to.equal(1)
        service[method]('created', listener)
        expect(service.listenerCount('created')).to.equal(0)
      })
    }

    it('throws what the listener throws', () => {
      service.on(
        'created',
        local(() => {
          throw new Error('not my day')
        })
      )
      expect(() => emitAs(false)).to.throw('not my day')
    })
  })
})
