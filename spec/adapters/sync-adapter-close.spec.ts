import { expect } from 'chai'
import { CLOSE_TIMEOUT } from '../../lib/adapters/connection.js'
import { recorder } from '../conformance/instances.js'
import { closeStage, openStage, type Stage } from './scripted-adapter.js'

describe('SyncAdapter, closing', () => {
  let stage: Stage
  let clock: Stage['clock']
  let adapter: Stage['adapter']
  let handlers: Stage['handlers']
  let receive: Stage['receive']

  beforeEach(() => {
    stage = openStage()
    ;({ clock, adapter, handlers, receive } = stage)
  })

  afterEach(() => closeStage(stage))

  describe('close', () => {
    it('closes the driver once, however often it is called', async () => {
      await adapter.connect(handlers)
      await Promise.all([adapter.close(), adapter.close()])
      await adapter.close()
      expect(adapter.closing.callCount).to.equal(1)
      expect(handlers.statuses.at(-1)).to.equal('closed')
    })

    it(`ends after ${CLOSE_TIMEOUT} ms when the driver hangs`, async () => {
      await adapter.connect(handlers)
      adapter.closing.returns(new Promise(() => {}))
      let closed = false
      void adapter.close().then(() => {
        closed = true
      })
      await clock.tickAsync(CLOSE_TIMEOUT - 1)
      expect(closed).to.equal(false)
      await clock.tickAsync(1)
      expect(closed).to.equal(true)
    })

    it('does not pass on what the driver rejects with, or throws', async () => {
      for (const fail of [
        () => adapter.closing.rejects(new Error('no')),
        () => adapter.closing.throws(new Error('no'))
      ]) {
        await adapter.connect(recorder())
        fail()
        await adapter.close()
        expect(adapter.status).to.equal('closed')
      }
    })

    it('ends a connect() that is pending, in the driver or in a pause', async () => {
      let settled = false
      const settle = () => {
        settled = true
      }
      adapter.connecting.returns(new Promise(() => {}))
      void adapter.connect(handlers).then(settle, settle)
      await clock.tickAsync(0)
      await adapter.close()
      expect(adapter.closing.callCount).to.equal(1)
      adapter.connecting.rejects(new Error('ECONNREFUSED'))
      void adapter.connect(handlers).then(settle, settle)
      await clock.tickAsync(10)
      expect(handlers.errors).to.have.length(1)
      await adapter.close()
      expect(clock.countTimers()).to.equal(0)
      await clock.tickAsync(10_000)
      expect(adapter.connecting.callCount).to.equal(2)
      expect(settled).to.equal(false)
    })

    it('ignores what the driver reports afterwards', async () => {
      await adapter.connect(handlers)
      await adapter.close()
      const calls = handlers.calls()
      receive(Buffer.from('late'))
      const { away, back, lost, report, error } = adapter.driver
      for (const tell of [away, back, lost, () => report(error('late'))]) tell()
      await clock.tickAsync(5000)
      expect(handlers.calls()).to.equal(calls)
      expect(adapter.connecting.callCount).to.equal(1)
    })

    it('makes the next connect() wait until the driver has closed', async () => {
      await adapter.connect(handlers)
      let close = () => {}
      adapter.closing.returns(
        new Promise((resolve) => {
          close = resolve
        })
      )
      void adapter.close()
      const connected = adapter.connect(handlers)
      await clock.tickAsync(100)
      expect(adapter.connecting.callCount).to.equal(1)
      close()
      await connected
      expect(adapter.connecting.callCount).to.equal(2)
    })
  })
})
