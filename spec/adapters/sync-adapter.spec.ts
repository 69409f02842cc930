import { expect } from 'chai'
import sinon from 'sinon'
import { CLOSE_TIMEOUT, SyncAdapter } from '../../lib/adapters/sync-adapter.js'
import { SyncError } from '../../lib/errors.js'
import { resolveOptions } from '../../lib/sync/options.js'
import { describeSyncAdapter } from '../conformance/index.js'
import { type Recorder, recorder } from '../conformance/instances.js'
import { rejection } from '../conformance/rejection.js'
import { MemoryBroker } from '../support/memory-broker.js'

const URI = 'test://user:secret@host/?token=secret'

/** An adapter whose driver does as it is told. */
class ScriptedAdapter extends SyncAdapter {
  override readonly type = 'test'
  override options = resolveOptions({ uri: URI })
  limit = Number.POSITIVE_INFINITY
  readonly connecting = sinon.stub<[(bytes: Uint8Array) => void], Promise<void>>().resolves()
  readonly publishing = sinon.stub<[Uint8Array], Promise<void>>().resolves()
  readonly closing = sinon.stub<[], Promise<void>>().resolves()

  override get maxPayload(): number {
    return this.limit
  }
  protected override doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    return this.connecting(receive)
  }
  protected override doPublish(bytes: Uint8Array): Promise<void> {
    return this.publishing(bytes)
  }
  protected override doClose(): Promise<void> {
    return this.closing()
  }

  readonly driver = {
    away: (cause?: unknown) => this.away(cause),
    back: () => this.back(),
    lost: (cause?: unknown) => this.lost(cause),
    report: (error: SyncError) => this.report(error),
    error: (text: string, cause?: unknown) => this.error('auth', text, cause)
  }
}

describe('SyncAdapter', () => {
  describe('with a broker in memory', () => {
    const broker = new MemoryBroker()

    describeSyncAdapter('memory', { options: () => broker.options(), broker })

    after(() => {
      expect(broker.connections, 'connections left open').to.equal(0)
    })
  })

  describe('with a driver that does as it is told', () => {
    let clock: sinon.SinonFakeTimers
    let adapter: ScriptedAdapter
    let handlers: Recorder

    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      adapter = new ScriptedAdapter()
      handlers = recorder()
    })

    afterEach(async () => {
      await adapter.close()
      expect(clock.countTimers(), 'timers left').to.equal(0)
      clock.restore()
    })

    const messages = () => handlers.errors.map(({ message }) => message)
    const receive = (bytes: Uint8Array) => adapter.connecting.lastCall.args[0](bytes)

    describe('connect', () => {
      it('is connecting, and then ready', async () => {
        expect(adapter.status).to.equal('closed')
        const connected = adapter.connect(handlers)
        expect(adapter.status).to.equal('connecting')
        await connected
        expect(adapter.status).to.equal('ready')
        expect(handlers.statuses).to.deep.equal(['connecting', 'ready'])
        expect(handlers.errors).to.deep.equal([])
      })

      it('hands on what comes in', async () => {
        await adapter.connect(handlers)
        receive(Buffer.from('hello'))
        expect(handlers.received.map(String)).to.deep.equal(['hello'])
      })

      it('refuses a second time', async () => {
        await adapter.connect(handlers)
        const error = await rejection(adapter.connect(recorder()))
        expect(error)
          .to.be.instanceOf(SyncError)
          .with.property(
            'message',
            'feathers-sync: the test adapter at test://user:***@host/?*** is connected already: call close() first'
          )
        expect(adapter.connecting.callCount).to.equal(1)
      })

      it('dials again, after pauses that grow, and closes what was left each time', async () => {
        adapter.connecting.rejects(new Error('ECONNREFUSED'))
        const connected = adapter.connect(handlers)
        const attempts: number[] = []
        for (let past = 0; past < 10_000; past += 100) {
          await clock.tickAsync(100)
          attempts.push(adapter.connecting.callCount)
        }
        expect(attempts[2], 'attempts in 0.3 s').to.be.within(3, 6)
        expect(attempts.at(-1), 'attempts in 10 s').to.be.within(12, 25)
        expect(adapter.closing.callCount).to.equal(attempts.at(-1))
        expect(handlers.errors.every(({ kind }) => kind === 'connect')).to.equal(true)
        expect(messages()[0])
          .to.match(/could not connect: ECONNREFUSED$/)
          .and.not.to.contain('secret')
        adapter.connecting.resolves()
        await clock.tickAsync(1000)
        await connected
        expect(handlers.statuses).to.deep.equal(['connecting', 'ready'])
      })

      for (const kind of ['auth', 'driver'] as const) {
        it(`gives up for an error of kind ${kind}, and may be called again`, async () => {
          const refusal = new SyncError(kind, 'no')
          adapter.connecting.onFirstCall().rejects(refusal)
          expect(await rejection(adapter.connect(handlers))).to.equal(refusal)
          expect(handlers.statuses).to.deep.equal(['connecting', 'closed'])
          expect(handlers.errors).to.deep.equal([])
          await adapter.connect(handlers)
          expect(adapter.status).to.equal('ready')
        })
      }

      it('goes on trying when refused after it was ready', async () => {
        await adapter.connect(handlers)
        adapter.connecting.onCall(1).rejects(new SyncError('auth', 'not now'))
        adapter.driver.lost()
        await clock.tickAsync(5000)
        expect(adapter.status).to.equal('ready')
        expect(messages()).to.include('not now')
      })

      it('treats a driver that throws synchronously like one that rejects', async () => {
        adapter.connecting.onFirstCall().throws(new Error('at once'))
        const connected = adapter.connect(handlers)
        await clock.tickAsync(100)
        await connected
        expect(messages()).to.have.length(1)
      })

      it('lets handlers throw', async () => {
        const failing = {
          receive: sinon.stub().throws(new Error('receive')),
          error: sinon.stub().throws(new Error('error')),
          status: sinon.stub().throws(new Error('status'))
        }
        await adapter.connect(failing)
        receive(Buffer.from('1'))
        receive(Buffer.from('2'))
        adapter.driver.away()
        adapter.driver.back()
        expect(adapter.status).to.equal('ready')
        expect(failing.receive.callCount).to.equal(2)
        expect(failing.status.args.flat()).to.deep.equal(['connecting', 'ready', 'reconnecting', 'ready'])
        const [first] = failing.error.args.flat() as SyncError[]
        expect(first).to.include({ kind: 'listener' })
        expect(first?.message).to.match(/receiver threw: receive$/)
      })
    })

    describe('publish', () => {
      it('gives the driver the bytes as they are', async () => {
        await adapter.connect(handlers)
        const bytes = Buffer.from('hello')
        await adapter.publish(bytes)
        expect(adapter.publishing.args).to.deep.equal([[bytes]])
        expect(adapter.publishing.firstCall.args[0]).to.equal(bytes)
      })

      it('refuses with a kind for each state', async () => {
        const kind = async () => ((await rejection(adapter.publish(Buffer.of(1)))) as SyncError).kind
        expect(await kind()).to.equal('closed')
        const connected = adapter.connect(handlers)
        expect(await kind()).to.equal('publish')
        await connected
        adapter.driver.away()
        expect(await kind()).to.equal('publish')
        await adapter.close()
        expect(await kind()).to.equal('closed')
        expect(adapter.publishing.callCount).to.equal(0)
      })

      it('refuses what is too large before the driver sees it, and takes what is just not', async () => {
        adapter.limit = 4
        await adapter.connect(handlers)
        await adapter.publish(Buffer.alloc(4))
        const error = (await rejection(adapter.publish(Buffer.alloc(5)))) as SyncError
        expect(error.kind).to.equal('too-large')
        expect(error.message).to.match(/takes messages of 4 bytes, this one has 5$/)
        expect(adapter.publishing.callCount).to.equal(1)
      })

      it("names the driver's refusal", async () => {
        await adapter.connect(handlers)
        const cause = new Error('NOPERM')
        for (const fail of [
          () => adapter.publishing.rejects(cause),
          () => adapter.publishing.throws(cause)
        ]) {
          fail()
          const error = (await rejection(adapter.publish(Buffer.of(1)))) as SyncError
          expect(error).to.include({ kind: 'publish', cause })
          expect(error.message).to.match(/could not publish: NOPERM$/)
        }
      })
    })

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

      it('ignores what the driver says afterwards', async () => {
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

      it('does not hurry, however often the broker takes us and drops us', async () => {
        await adapter.connect(handlers)
        adapter.connecting.callsFake(async () => {
          setTimeout(() => adapter.driver.lost(), 0)
        })
        adapter.driver.lost()
        await clock.tickAsync(1000)
        expect(adapter.connecting.callCount).to.be.within(10, 60)
        adapter.connecting.resetBehavior()
        adapter.connecting.resolves()
        await clock.tickAsync(100)
        expect(adapter.status).to.equal('ready')
      })

      it('does nothing while connecting: one dial at a time', async () => {
        await adapter.connect(handlers)
        adapter.connecting.returns(new Promise(() => {}))
        adapter.driver.lost()
        await clock.tickAsync(100)
        adapter.driver.lost()
        await clock.tickAsync(5000)
        expect(adapter.connecting.callCount).to.equal(2)
      })
    })

    describe('error', () => {
      it('names the adapter and the URI, without credentials', () => {
        const cause = new Error('WRONGPASS')
        const error = adapter.driver.error('was refused', cause)
        expect(error).to.be.instanceOf(SyncError).and.to.include({ kind: 'auth', cause })
        expect(error.message).to.equal(
          'feathers-sync: the test adapter at test://user:***@host/?*** was refused: WRONGPASS'
        )
      })

      it('keeps a SyncError as it is, and needs no URI', () => {
        const own = new SyncError('driver', 'mine')
        expect(adapter.driver.error('failed', own)).to.equal(own)
        adapter.options = resolveOptions({ adapter: 'test' })
        expect(adapter.driver.error('failed').message).to.equal('feathers-sync: the test adapter failed')
      })
    })
  })
})
