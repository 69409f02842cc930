import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import type { SyncHealth } from '../../lib/index.js'
import { SyncError } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { AppSyncStage, listen, MoodyAdapter, never } from './app-sync-stage.js'

/** One whose broker also blocks, and refuses. */
class TroubledAdapter extends MoodyAdapter {
  override readonly echoes = true

  block(): void {
    this.blocked(new Error('low on memory'))
  }

  unblock(): void {
    this.unblocked()
  }

  refuse(): void {
    this.publishing = Promise.reject(new Error('no permission'))
    this.publishing.catch(() => {})
  }

  allow(): void {
    this.publishing = Promise.resolve()
  }
}

const OWN = 'clients of this instance get the events of this instance only'

describe('app.sync.health()', () => {
  const { configure } = new AppSyncStage()

  function start(options?: Parameters<typeof configure>[1]) {
    const adapter = new TroubledAdapter()
    const { app, create } = configure(adapter, options)
    listen(app)
    return { app, adapter, create, health: (): SyncHealth => app.sync.health() }
  }

  it('is unhealthy until the first proven connection', async () => {
    const { app, adapter, health } = start()
    expect(health()).to.deep.include({ healthy: false, status: 'connecting', waiting: 0, peers: 0 })
    expect(health().reason).to.equal(
      'not connected yet, for 0 s: clients would miss the events of other instances'
    )
    await app.sync.ready
    expect(health()).to.include({ healthy: true, status: 'ready' }).and.not.have.property('reason')
    expect(adapter.status).to.equal('ready')
  })

  it('says when the status began, and how many others there are', async () => {
    const began = Date.now()
    const one = start()
    const two = start()
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    const { since } = one.health()
    expect(since).to.be.within(began, Date.now())
    expect(one.health().since).to.equal(since)
    await eventually(() => one.health().peers === 1)
  })

  it('stays healthy with another secret than the others, and says what it drops', async () => {
    const [one, two] = ['one', 'two'].map(() => start({ secret: randomBytes(32).toString('base64') }))
    await Promise.all([one?.app.sync.ready, two?.app.sync.ready])
    await eventually(() => (one?.app.sync.stats().dropped.foreign ?? 0) > 1)
    expect(one?.health()).to.deep.include({ healthy: true, status: 'ready', peers: 0 })
    expect(one?.health().reason).to.match(
      new RegExp(
        `^no other instance is known, and \\d+ messages were dropped unread \\(foreign\\): are .secret. and clock those of the others\\? Until then ${OWN}$`
      )
    )
  })

  it('says when it was opened again, where it was closed before it began to connect', async () => {
    const { app, health } = start()
    await app.sync.close()
    const closed = Date.now()
    expect(health().status).to.equal('closed')
    await eventually(() => Date.now() > closed)
    await app.setup()
    expect(health().status).to.equal('connecting')
    expect(health().since).to.be.above(closed)
  })

  it('stays healthy while the broker is away, and says how long, what waits and what was lost', async () => {
    const { app, adapter, create, health } = start({ history: { events: 3 } })
    await app.sync.ready
    adapter.goAway()
    expect(health().reason).to.match(
      new RegExp(`^the broker has been away for 0 s; ${OWN} \\(.*the cable is out\\)$`)
    )
    for (let count = 0; count < 5; count += 1) {
      await create('while away')
      await turn() // those of one don't push each other out
    }
    expect(health()).to.include({ healthy: true, status: 'reconnecting', waiting: 3 })
    expect(health().reason).to.contain(
      `for 0 s, 3 events wait, 2 events were lost, as the history is full; ${OWN} (the loop adapter at loop: is away`
    )
    adapter.comeBack()
    await eventually(() => health().status === 'ready')
    expect(health()).to.include({ healthy: true }).and.not.have.property('reason')
  })

  it('tells of a connection that flaps as one outage', async () => {
    const { app, adapter, health } = start()
    await app.sync.ready
    for (let count = 0; count < 2; count += 1) {
      adapter.goAway()
      adapter.comeBack()
      await eventually(() => health().status === 'ready')
    }
    expect(health()).to.include({ healthy: true, status: 'ready' })
    expect(health().reason).to.match(/^the connection was lost 2 times in \d s, and is back$/)
  })

  it('stays healthy while the broker takes no messages for now', async () => {
    const { app, adapter, health } = start()
    await app.sync.ready
    adapter.block()
    expect(health()).to.include({ healthy: true, status: 'ready' })
    expect(health().reason).to.match(/^the broker takes no messages for now; all get them when it does$/)
    adapter.unblock()
    expect(health()).to.not.have.property('reason')
  })

  describe('where it may only receive', () => {
    it('is unhealthy if it always was so', async () => {
      const adapter = new TroubledAdapter()
      adapter.refuse()
      const { app } = configure(adapter)
      listen(app)
      await app.sync.ready
      expect(app.sync.health()).to.include({ healthy: false, status: 'ready' })
      expect(app.sync.health().reason).to.match(
        /^the broker takes nothing of this instance; it gets the events of others \(.*no permission\)$/
      )
      adapter.allow()
      await eventually(() => app.sync.health().healthy)
    })

    it('is healthy if it is to receive only', async () => {
      const adapter = new TroubledAdapter()
      adapter.refuse()
      const { app } = configure(adapter, { mode: 'receive' })
      listen(app)
      await app.sync.ready
      expect(app.sync.health()).to.include({ healthy: true, status: 'ready' })
      expect(app.sync.health().reason).to.match(/: it can't request what it misses \(.*no permission\)$/)
    })

    it('becomes unhealthy when others are heard meanwhile: they can take its clients', async () => {
      const [one, two] = [start({ heartbeat: 300 }), start({ heartbeat: 300 })]
      await Promise.all([one.app.sync.ready, two.app.sync.ready])
      one.adapter.refuse()
      await one.create('refused')
      await eventually(() => /takes nothing of this instance/.test(one.health().reason ?? ''))
      expect(one.health().healthy, 'it may be so for all').to.equal(true)
      expect(one.health().reason).to.match(/instance, and maybe of no other one, 1 event waits; it gets/)
      await eventually(
        async () => {
          await two.create('heard')
          return !one.health().healthy
        },
        { message: 'others to be heard a second later' }
      )
      one.adapter.allow()
      await eventually(() => one.health().healthy && one.health().reason === undefined)
    })
  })

  it('is unhealthy after a permanent error, and says which one, without credentials and on one line', async () => {
    const adapter = new TroubledAdapter()
    adapter.connecting = Promise.reject(
      new SyncError('auth', 'feathers-sync: the broker said\n\u001b[31m no to confidential')
    )
    adapter.connecting.catch(() => {})
    const { app } = configure(adapter, { uri: 'loop://user:confidential@host' })
    listen(app)
    await eventually(() => app.sync.status === 'closed')
    const { healthy, reason } = app.sync.health()
    expect(healthy).to.equal(false)
    expect(reason).to.match(/the broker said {1,2}\[31m no to .*: this is not tried again, clients of/)
    expect(reason).to.not.contain('confidential')
    adapter.connecting = Promise.resolve()
    await app.setup()
    await app.sync.ready
    expect(app.sync.health()).to.include({ healthy: true }).and.not.have.property('reason')
  })

  it('is unhealthy from app.teardown() on, and after close(); healthy again after a later app.setup()', async () => {
    const { app, adapter, health } = start()
    await app.sync.ready
    let end = () => {}
    const serving = new Promise<void>((resolve) => {
      end = resolve
    })
    app.hooks({
      teardown: [
        async (_context: unknown, next: () => Promise<void>) => {
          await serving
          await next()
        }
      ]
    })
    const gone = app.teardown()
    await eventually(() => !health().healthy)
    expect(health()).to.include({ healthy: false, status: 'ready' })
    expect(health().reason).to.equal('app.teardown() was called: this instance leaves')
    end()
    await gone
    expect(health()).to.deep.include({ healthy: false, status: 'closed', reason: `closed: ${OWN}`, peers: 0 })
    await app.setup()
    await app.sync.ready
    expect(health()).to.include({ healthy: true, status: 'ready' })
    adapter.closing = never
    const closing = app.sync.close()
    expect(health()).to.include({ healthy: false, reason: `closed: ${OWN}` })
    adapter.closing = Promise.resolve()
    await closing
  })

  it('is unhealthy while a later app.setup() connects', async () => {
    const { app, adapter, health } = start()
    await app.sync.ready
    await app.sync.close()
    let connect = () => {}
    adapter.connecting = new Promise<void>((resolve) => {
      connect = resolve
    })
    await app.setup()
    expect(health()).to.include({ healthy: false, status: 'connecting' })
    connect()
    await app.sync.ready
    expect(health().healthy).to.equal(true)
  })

  it('costs little enough for a probe each second: some µs', async () => {
    const { app, adapter, health } = start()
    await app.sync.ready
    adapter.goAway()
    const began = performance.now()
    for (let count = 0; count < 10_000; count += 1) health()
    expect((performance.now() - began) / 10_000).to.be.below(0.2)
  })
})
