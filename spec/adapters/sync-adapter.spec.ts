import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import sinon from 'sinon'
import { SyncError } from '../../lib/errors.js'
import { resolveOptions } from '../../lib/sync/options.js'
import { recorder } from '../conformance/instances.js'
import { rejection } from '../conformance/rejection.js'
import { closeStage, openStage, type Stage } from './scripted-adapter.js'

describe('SyncAdapter', () => {
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

    it('hands on nothing but bytes, which may be of another realm', async () => {
      await adapter.connect(handlers)
      const others: unknown[] = ['{"password":"x"}', undefined, null, 7, [1, 2], new ArrayBuffer(2)]
      for (const message of others) receive(message as never)
      expect(handlers.received).to.deep.equal([])
      expect(handlers.errors.map(({ kind }) => kind)).to.deep.equal(others.map(() => 'frame'))
      expect(messages()[0]).to.match(
        /the test adapter at .* received a message of type string: it has to be a Uint8Array$/
      )
      expect(messages().join()).not.to.include('password')
      receive(runInNewContext('new Uint8Array([1, 2])'))
      expect(handlers.received).to.have.length(1)
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

    it('connects again after growing pauses, and closes what was left each time', async () => {
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
      for (const fail of [() => adapter.publishing.rejects(cause), () => adapter.publishing.throws(cause)]) {
        fail()
        const error = (await rejection(adapter.publish(Buffer.of(1)))) as SyncError
        expect(error).to.include({ kind: 'publish', cause })
        expect(error.message).to.match(/could not publish: NOPERM$/)
      }
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
