import { expect } from 'chai'
import { SYNC } from '../../lib/index.js'
import type { AppSync } from '../../lib/sync/app-sync.js'
import { eventually } from '../support/eventually.js'
import { AppSyncStage, listen, MoodyAdapter, never } from './app-sync-stage.js'

/** How long it took, in ms. */
async function duration(promise: Promise<unknown>): Promise<number> {
  const start = performance.now()
  await promise
  return performance.now() - start
}

describe('app.sync.close', () => {
  const { configure, lines } = new AppSyncStage()

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

  for (const [what, events] of [
    ['is not reported', 0],
    ['is reported by what could not be sent', 1]
  ] as const) {
    it(`a broker that goes away while the server still closes ${what}`, async () => {
      const { app, adapter, create } = configure(undefined, { closeTimeout: 300 })
      const errors = listen(app)
      await app.sync.ready
      let end = () => {}
      const ended = new Promise<void>((resolve) => {
        end = resolve
      })
      const left = (app.sync as AppSync).leave(ended)
      adapter.goAway()
      for (let event = 0; event < events; event += 1) await create('late')
      await adapter.publish(Buffer.from('x')).catch(() => {})
      end()
      await left
      expect(errors.map(({ kind }) => kind)).to.deep.equal(events > 0 ? ['closed'] : [])
      expect(lines()).to.deep.equal([])
    })
  }

  it('reports the first event that is made later, and counts all of them, after each close', async () => {
    const { app, create, texts } = configure()
    const errors = listen(app)
    for (let round = 1; round <= 2; round += 1) {
      await app.setup()
      await app.sync.ready
      await app.teardown()
      expect(app.sync.stats().errors).to.equal(round - 1)
      for (let event = 0; event < 3; event += 1) await create('late')
      expect(app.sync.stats().errors).to.equal(round)
      expect(errors[0]).to.include({ kind: 'closed' })
      expect(errors[0]?.message).to.contain('made after feathers-sync had been closed')
      expect(app.sync.stats().events).to.include({ lost: 3 * round, sent: 0, waiting: 0 })
    }
    expect(texts).to.have.length(6)
  })

  it('does not report events that are not to be sent', async () => {
    const { app, create } = configure(undefined, { mode: 'receive' })
    const errors = listen(app)
    await app.sync.ready
    await app.teardown()
    await create('local')
    app.service('messages').emit('created', { text: 'quiet' }, { [SYNC]: false })
    expect(errors).to.deep.equal([])
    expect(app.sync.stats().events.lost).to.equal(0)
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

  it('is followed by setup(): what was delivered before is not delivered again', async () => {
    const [one, two] = [configure(), configure()]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    for (const text of ['a', 'b', 'c']) {
      await one.create(text)
      await eventually(() => two.texts.includes(text), { message: text })
      await two.app.sync.close()
      await two.app.setup()
      await two.app.sync.ready
    }
    await one.create('last')
    await eventually(() => two.texts.includes('last'), { message: 'the last event' })
    expect(two.texts).to.deep.equal(['a', 'b', 'c', 'last'])
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
