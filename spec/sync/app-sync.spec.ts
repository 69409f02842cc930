import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sinon from 'sinon'
import sync, {
  createContainer,
  SyncAdapter,
  SyncError,
  type SyncOptions,
  type SyncStatus
} from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'
import { runScript } from '../support/process.js'

/** An adapter whose broker comes, goes and hangs as the test says. */
class MoodyAdapter extends LoopAdapter {
  /** What `doConnect` and `doPublish` wait for. */
  connecting: Promise<void> = Promise.resolve()
  publishing: Promise<void> = Promise.resolve()
  closing: Promise<void> = Promise.resolve()

  goAway(): void {
    this.away(new Error('the cable is out'))
  }

  comeBack(): void {
    this.back()
  }

  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    await this.connecting
    await super.doConnect(receive)
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    await this.publishing
    await super.doPublish(bytes)
  }

  protected override async doClose(): Promise<void> {
    await super.doClose()
    await this.closing
  }
}

const never = new Promise<void>(() => {})

describe('AppSync', () => {
  let key: string
  let printed: sinon.SinonStub
  const apps: Application[] = []

  function configure(adapter = new MoodyAdapter(), options: SyncOptions = {}) {
    const container = createContainer()
    container
      .bind(SyncAdapter)
      .toDynamicValue(() => adapter)
      .whenNamed('loop')
    const app = feathers().configure(sync({ uri: 'loop:', key, container, ...options }))
    apps.push(app)
    app.use('messages', { create: async (data: object) => data } as never)
    const texts: string[] = []
    app.service('messages').on('created', ({ text }: { text: string }) => texts.push(text))
    const statuses: SyncStatus[] = []
    app.on('sync-status', (status) => statuses.push(status))
    return {
      app,
      adapter,
      texts,
      statuses,
      create: (text: string) => app.service('messages').create({ text })
    }
  }

  const listen = (app: Application) => {
    const errors: SyncError[] = []
    app.on('sync-error', (error) => errors.push(error))
    return errors
  }

  const lines = () => printed.args.map(([line]) => line)

  /** How long it took, in ms. */
  async function duration(promise: Promise<unknown>): Promise<number> {
    const start = performance.now()
    await promise
    return performance.now() - start
  }

  beforeEach(() => {
    key = randomUUID()
    printed = sinon.stub(console, 'error')
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.teardown()))
    printed.restore()
  })

  describe('what it tells', () => {
    it('the type, the adapter and the serialisers', () => {
      const { app, adapter } = configure()
      expect(app.sync).to.include({ type: 'loop', adapter })
      const message = { event: 'created', path: 'messages', data: { text: 'hi' } }
      const { serialize, deserialize } = app.sync
      expect(serialize(message)).to.equal(JSON.stringify(message))
      expect(deserialize(Buffer.from(JSON.stringify(message)))).to.deep.equal(message)
    })

    it('the status, and each change of it', async () => {
      const { app, adapter, statuses } = configure()
      listen(app)
      expect(app.sync.status).to.equal('connecting')
      await app.sync.ready
      expect(app.sync.status).to.equal('ready')
      adapter.goAway()
      expect(app.sync.status).to.equal('reconnecting')
      adapter.comeBack()
      expect(app.sync.status).to.equal('ready')
      await app.sync.close()
      expect(app.sync.status).to.equal('closed')
      expect(statuses).to.deep.equal(['connecting', 'ready', 'reconnecting', 'ready', 'closed'])
    })

    it('no credentials where the application is logged', () => {
      const { app } = configure(new MoodyAdapter(), { uri: 'loop://user:confidential@host' })
      expect(inspect(app, { depth: 9 })).not.to.contain('confidential')
      expect(JSON.stringify(app)).not.to.contain('confidential')
    })

    it('counts of events, bytes and errors', async () => {
      const [one, two] = [configure(), configure()]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      await one.create('hello')
      await eventually(() => two.texts.length === 1, { message: 'the event' })
      const sent = one.app.sync.stats()
      const received = two.app.sync.stats()
      expect(sent.events).to.deep.include({ sent: 1, received: 0, waiting: 0, lost: 0 })
      expect(received.events).to.deep.include({ sent: 0, received: 1, waiting: 0, lost: 0 })
      for (const bytes of [sent.bytes.sent, received.bytes.received]) expect(bytes).to.be.above(100)
      expect(received.peers).to.have.length(1)
      expect(received.peers[0]).to.include({ last: 1 })
      expect(sent.history).to.include({ events: 1 })
      one.adapter.goAway()
      await one.create('later')
      expect(one.app.sync.stats().events).to.include({ sent: 1, waiting: 1 })
      expect(one.app.sync.stats()).to.include({
        errors: 1
      })
      one.adapter.comeBack()
      await eventually(() => two.texts.length === 2, { message: 'the event of the outage' })
      expect(one.app.sync.stats().events).to.deep.include({ sent: 2, received: 0, waiting: 0, lost: 0 })
    })
  })

  describe('ready', () => {
    it('resolves when the adapter has connected, however late', async () => {
      let connected = () => {}
      const adapter = new MoodyAdapter()
      adapter.connecting = new Promise((resolve) => {
        connected = resolve
      })
      const { app } = configure(adapter)
      const ready = sinon.spy()
      const done = app.sync.ready.then(ready)
      await new Promise((resolve) => setImmediate(resolve))
      expect(ready.called).to.equal(false)
      connected()
      await done
      expect(app.sync.status).to.equal('ready')
    })

    it('rejects for what waiting does not mend; events stay local, and setup() tries again', async () => {
      const adapter = new MoodyAdapter()
      const refusal = new SyncError('auth', 'refused')
      adapter.connecting = Promise.reject(refusal)
      const { app, create, texts } = configure(adapter)
      const errors = listen(app)
      expect(await app.sync.ready.catch((error) => error)).to.equal(refusal)
      expect(errors).to.deep.equal([refusal])
      expect(app.sync.status).to.equal('closed')
      await create('local')
      expect(texts).to.deep.equal(['local'])
      expect(app.sync.stats().events).to.deep.include({ sent: 0, received: 0, waiting: 0, lost: 0 })
      adapter.connecting = Promise.resolve()
      await app.setup()
      await app.sync.ready
      expect(app.sync.status).to.equal('ready')
    })

    it('rejects after `connectTimeout`, and trying goes on', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      try {
        let connected = () => {}
        const adapter = new MoodyAdapter()
        adapter.connecting = new Promise((resolve) => {
          connected = resolve
        })
        const { app, statuses } = configure(adapter, { connectTimeout: 500 })
        const errors = listen(app)
        const rejected = app.sync.ready.catch((error) => error)
        await clock.tickAsync(499)
        expect(errors).to.deep.equal([])
        await clock.tickAsync(1)
        const error = await rejected
        expect(error).to.be.instanceOf(SyncError).and.include({ kind: 'timeout' })
        expect(error.message).to.equal(
          'feathers-sync: the loop adapter has not connected within 500 ms, it goes on trying'
        )
        expect(errors).to.deep.equal([error])
        connected()
        await clock.tickAsync(0)
        expect(statuses).to.deep.equal(['connecting', 'ready'])
      } finally {
        clock.restore()
      }
    })

    it('leaves no timer of `connectTimeout` behind, connected or closed before', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      try {
        const connected = configure(new MoodyAdapter(), { connectTimeout: 500, heartbeat: 0 })
        await clock.tickAsync(100) // the proof, and the answers of others
        await connected.app.sync.ready
        expect(clock.countTimers()).to.equal(0)
        const hanging = new MoodyAdapter()
        hanging.connecting = never
        const waiting = configure(hanging, { connectTimeout: 500, heartbeat: 0 })
        const errors = listen(waiting.app)
        await clock.tickAsync(1)
        await waiting.app.sync.close()
        const hasty = configure(new MoodyAdapter(), { connectTimeout: 500 })
        await hasty.app.sync.close() // in the same turn
        expect(clock.countTimers()).to.equal(0)
        expect(errors).to.deep.equal([])
      } finally {
        clock.restore()
      }
    })

    it('is never an unhandled rejection', async () => {
      const { output, errors, code } = await runScript(`
        import { feathers } from '@feathersjs/feathers'
        import sync, { createContainer, SyncAdapter, SyncError } from './lib/index.js'
        class Refused extends SyncAdapter {
          type = 'refused'
          async doConnect() { throw new SyncError('auth', 'the password is wrong') }
          async doPublish() {}
          async doClose() {}
        }
        const container = createContainer()
        container.bind(SyncAdapter).to(Refused).whenNamed('refused')
        const app = feathers().configure(sync({ uri: 'refused:', container }))
        app.on('sync-status', (status) => console.log(status))
        process.on('exit', () => console.log('exit'))
      `)
      expect(output).to.equal('connecting\nclosed\nexit\n')
      expect(errors).to.equal("the password is wrong (further errors of this kind: app.on('sync-error'))\n")
      expect(code).to.equal(0)
    })
  })

  describe('close', () => {
    it('flushes what was sent', async () => {
      const [one, two] = [configure(), configure()]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      let publish = () => {}
      one.adapter.publishing = new Promise((resolve) => {
        publish = resolve
      })
      await one.create('last words')
      const closed = one.app.sync.close()
      await new Promise((resolve) => setImmediate(resolve))
      expect(one.adapter.status).to.equal('ready')
      publish()
      await closed
      await eventually(() => two.texts.length === 1, { message: 'the last event' })
      expect(one.app.sync.stats().events.sent).to.equal(1)
    })

    it('makes events local at once, both ways', async () => {
      const [one, two] = [configure(), configure()]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      const closed = one.app.sync.close()
      await one.create('mine')
      await two.create('yours')
      await closed
      expect(one.texts).to.deep.equal(['mine'])
      expect(one.app.sync.stats().events).to.include({ sent: 0, received: 0, waiting: 0 })
      expect(two.texts).to.deep.equal(['yours'])
    })

    it('may be called at any time, as often and as concurrently as one likes', async () => {
      const { app, statuses } = configure()
      await Promise.all([app.sync.close(), app.teardown(), app.sync.close()])
      await app.sync.close()
      expect(app.sync.status).to.equal('closed')
      await app.setup()
      await app.sync.ready
      await Promise.all([app.teardown(), app.sync.close(), app.teardown()])
      expect(app.sync.status).to.equal('closed')
      expect(statuses.filter((status) => status === 'ready')).to.have.length(1)
    })

    it('ends while the adapter is connecting', async () => {
      const adapter = new MoodyAdapter()
      adapter.connecting = never
      const { app } = configure(adapter)
      await eventually(() => adapter.status === 'connecting', { message: 'the attempt' })
      expect(await duration(app.sync.close())).to.be.below(500)
      expect(app.sync.status).to.equal('closed')
    })

    it('ends within 3 s where the driver takes nothing and never closes', async () => {
      const adapter = new MoodyAdapter()
      const { app, create } = configure(adapter)
      await app.sync.ready
      adapter.publishing = never
      adapter.closing = never
      await create('nobody will have it')
      expect(await duration(app.sync.close())).to.be.within(2900, 3500)
      expect(app.sync.status).to.equal('closed')
    })

    it('can be followed by setup(), over and over, in one turn', async () => {
      const [one, two] = [configure(), configure()]
      const closing = []
      for (let round = 0; round < 3; round += 1) closing.push(one.app.sync.close(), one.app.setup())
      await Promise.all(closing)
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      await two.create('once')
      await eventually(() => one.texts.length > 0, { message: 'the event' })
      expect(one.texts).to.deep.equal(['once'])
      await one.create('and back')
      await eventually(() => two.texts.length > 1, { message: 'the event' })
      expect(two.texts).to.deep.equal(['once', 'and back'])
    })
  })

  describe('standard error, where nobody listens to sync-error', () => {
    it('has one line for an outage and one for its end', async () => {
      const { app, adapter } = configure()
      await app.sync.ready
      expect(lines()).to.deep.equal([])
      for (let count = 0; count < 3; count += 1) adapter.goAway()
      expect(lines()).to.deep.equal(['feathers-sync: the loop adapter at loop: is away: the cable is out'])
      adapter.comeBack()
      await eventually(() => lines().length > 1, { message: 'a connection that lasts' })
      expect(lines().slice(1)).to.deep.equal(['feathers-sync: the loop adapter is connected'])
    })

    it('has none for a broker that leaves while we do, unless events are lost by that', async () => {
      const [one, two] = [configure(), configure()]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      for (const { adapter } of [one, two]) adapter.publishing = never
      await two.create('nobody will have it')
      const closed = [one, two].map(({ app }) => app.sync.close())
      await new Promise((resolve) => setImmediate(resolve))
      expect([one, two].map(({ adapter }) => adapter.status)).to.deep.equal(['ready', 'ready'])
      for (const { adapter } of [one, two]) adapter.goAway()
      expect(lines()).to.have.length(1)
      expect(await Promise.all(closed)).to.deep.equal([0, 1])
    })
  })

  describe('listeners that throw', () => {
    it('harm nothing', async () => {
      const { app, adapter, create, texts } = configure()
      app.on('sync-error', () => {
        throw new Error('from a sync-error listener')
      })
      app.on('sync-status', () => {
        throw new Error('from a sync-status listener')
      })
      await app.sync.ready
      adapter.goAway()
      adapter.comeBack()
      await create('works')
      expect(app.sync.status).to.equal('ready')
      expect(texts).to.deep.equal(['works'])
      expect(printed.args.some(([line]) => line === 'feathers-sync: a sync-error listener threw')).to.equal(
        true
      )
    })
  })
})
