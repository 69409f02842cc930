import { expect } from 'chai'
import sinon from 'sinon'
import { rejection } from '../conformance/rejection.js'
import { closeStage, openStage, type Stage } from './scripted-adapter.js'

describe('SyncAdapter, outages', () => {
  let stage: Stage
  let clock: Stage['clock']
  let adapter: Stage['adapter']
  let handlers: Stage['handlers']
  let messages: Stage['messages']
  let receive: Stage['receive']

  beforeEach(() => {
    stage = openStage()
    ;({ clock, adapter, handlers, messages, receive } = stage)
  })

  afterEach(() => closeStage(stage))

  describe('away and back', () => {
    it('tell of an outage', async () => {
      await adapter.connect(handlers)
      adapter.driver.away(new Error('ECONNRESET'))
      adapter.driver.away(new Error('ECONNREFUSED'))
      adapter.driver.back()
      adapter.driver.back()
      expect(handlers.statuses).to.deep.equal(['connecting', 'ready', 'reconnecting', 'ready'])
      expect(messages().map((message) => message.split(': ').at(-1))).to.deep.equal([
        'ECONNRESET',
        'ECONNREFUSED'
      ])
      expect(adapter.connecting.callCount).to.equal(1)
    })

    it('leave the status as it is while connecting', async () => {
      let resolve = () => {}
      adapter.connecting.returns(
        new Promise((done) => {
          resolve = done
        })
      )
      const connected = adapter.connect(handlers)
      await clock.tickAsync(0)
      adapter.driver.away(new Error('ECONNREFUSED'))
      adapter.driver.back()
      expect(handlers.statuses).to.deep.equal(['connecting'])
      expect(messages()).to.have.length(1)
      resolve()
      await connected
      expect(adapter.status).to.equal('ready')
    })
  })

  describe('an attempt of which nothing is heard', () => {
    const begin = async () => {
      adapter.connecting.returns(new Promise(() => {}))
      void adapter.connect(handlers)
      await clock.tickAsync(5900)
    }

    it('is reported once, with what may be the reason', async () => {
      await begin()
      expect(messages()).to.deep.equal([])
      await clock.tickAsync(60_000)
      expect(messages()).to.deep.equal([
        'feathers-sync: the test adapter at test://user:***@host/?*** has not connected within 6 s, it goes on trying: ' +
          'nothing has answered yet. Is that the right server, and its port?'
      ])
      expect(handlers.errors[0]).to.have.property('kind', 'connect')
      expect(adapter.status).to.equal('connecting')
    })

    it('is not, where the driver has said why, or it is closed', async () => {
      await begin()
      adapter.driver.away(new Error('ECONNREFUSED'))
      await clock.tickAsync(60_000)
      expect(messages()).to.have.length(1)
      await adapter.close()
      await begin()
      await adapter.close()
      await clock.tickAsync(60_000)
      expect(messages()).to.have.length(1)
    })
  })

  describe('lost', () => {
    it('closes and connects anew', async () => {
      await adapter.connect(handlers)
      const old = receive
      adapter.driver.lost(new Error('gone'))
      expect(adapter.status).to.equal('reconnecting')
      await clock.tickAsync(100)
      expect(handlers.statuses).to.deep.equal(['connecting', 'ready', 'reconnecting', 'ready'])
      sinon.assert.callOrder(adapter.connecting, adapter.closing, adapter.connecting)
      expect(adapter.connecting.callCount).to.equal(2)
      old(Buffer.from('new'))
      adapter.connecting.firstCall.args[0](Buffer.from('of the old connection'))
      expect(handlers.received.map(String)).to.deep.equal(['new'])
    })

    it('pauses longer and longer, however often the broker accepts and drops the connection', async () => {
      await adapter.connect(handlers)
      adapter.connecting.callsFake(async () => {
        setTimeout(() => adapter.driver.lost(), 0)
      })
      adapter.driver.lost()
      await clock.tickAsync(10_000)
      expect(adapter.connecting.callCount).to.be.within(6, 9)
      adapter.connecting.resetBehavior()
      adapter.connecting.resolves()
      await clock.tickAsync(20_000)
      expect(adapter.status).to.equal('ready')
    })

    it('pauses in place of a driver that connects again at once, and again', async () => {
      await adapter.connect(handlers)
      for (let times = 0; times < 2; times += 1) {
        adapter.driver.away(new Error('ECONNRESET'))
        adapter.driver.back()
      }
      expect(adapter.status).to.equal('reconnecting')
      expect(adapter.connecting.callCount).to.equal(1)
      await clock.tickAsync(250)
      sinon.assert.callOrder(adapter.connecting, adapter.closing, adapter.connecting)
      expect(adapter.status).to.equal('ready')
    })

    it('leaves it to the driver where the connection has lived for a while', async () => {
      await adapter.connect(handlers)
      for (let times = 0; times < 5; times += 1) {
        await clock.tickAsync(5000)
        adapter.driver.away(new Error('ECONNRESET'))
        adapter.driver.back()
      }
      expect(adapter.status).to.equal('ready')
      expect(adapter.connecting.callCount).to.equal(1)
    })

    it('does nothing while connecting: one attempt at a time', async () => {
      await adapter.connect(handlers)
      adapter.connecting.returns(new Promise(() => {}))
      adapter.driver.lost()
      await clock.tickAsync(100)
      adapter.driver.lost()
      await clock.tickAsync(5000)
      expect(adapter.connecting.callCount).to.equal(2)
    })
  })

  describe('the signal of doConnect', () => {
    const signal = (call: number) => adapter.connecting.getCall(call).args[1]

    it('is aborted before the attempt is closed, be it failed, lost or ended', async () => {
      const aborted: boolean[] = []
      adapter.closing.callsFake(async () => {
        aborted.push(adapter.connecting.lastCall.args[1].aborted)
      })
      adapter.connecting.onFirstCall().rejects(new Error('ECONNREFUSED'))
      const connected = adapter.connect(handlers)
      await clock.tickAsync(100)
      await connected
      expect(signal(1).aborted).to.equal(false)
      adapter.driver.lost()
      await clock.tickAsync(100)
      await adapter.close()
      expect(aborted).to.deep.equal([true, true, true])
      expect(adapter.connecting.callCount).to.equal(3)
    })

    it('is aborted at once by close(), while the attempt is pending', async () => {
      adapter.connecting.returns(new Promise(() => {}))
      void adapter.connect(handlers)
      await clock.tickAsync(0)
      void adapter.close()
      expect(signal(0).aborted).to.equal(true)
    })
  })

  describe('blocked and unblocked', () => {
    it('make publish() wait, are reported once, and leave the status as it is', async () => {
      await adapter.connect(handlers)
      adapter.driver.blocked(new Error('low on memory'))
      adapter.driver.blocked(new Error('low on memory'))
      expect(adapter.isBlocked).to.equal(true)
      const published = adapter.publish(Buffer.of(1))
      await clock.tickAsync(60_000)
      expect(adapter.publishing.callCount).to.equal(0)
      adapter.driver.unblocked()
      await published
      expect(adapter.publishing.callCount).to.equal(1)
      expect(messages()).to.have.length(1)
      expect(handlers.errors[0]).to.have.property('kind', 'publish')
      expect(messages()[0]).to.match(/is blocked by the broker, and waits: low on memory$/)
      expect(handlers.statuses).to.deep.equal(['connecting', 'ready'])
    })

    for (const end of ['away', 'close'] as const) {
      it(`reject what waits when the connection ends by ${end}()`, async () => {
        await adapter.connect(handlers)
        adapter.driver.blocked()
        const refused = rejection(adapter.publish(Buffer.of(1)))
        if (end === 'away') adapter.driver.away()
        else void adapter.close()
        expect(await refused).to.have.property('kind', 'publish')
        expect(adapter.isBlocked).to.equal(false)
      })
    }
  })
})
