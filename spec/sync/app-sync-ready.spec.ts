import { expect } from 'chai'
import sinon from 'sinon'
import { SyncError } from '../../lib/index.js'
import { runScript } from '../support/process.js'
import { AppSyncStage, listen, MoodyAdapter, never } from './app-sync-stage.js'

describe('app.sync.ready', () => {
  const { configure } = new AppSyncStage()

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

  it('rejects for what waiting does not fix; events stay local, and setup() tries again', async () => {
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
    expect(app.sync.stats().events).to.deep.include({ sent: 0, received: 0, waiting: 0, lost: 1 })
    expect(errors, 'it was said why').to.deep.equal([refusal])
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
