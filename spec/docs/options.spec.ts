import { randomBytes } from 'node:crypto'
import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import type { Configure } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { APP, expectSync, IN_SYNC, Page, record } from './page.js'

const page = await Page.read('docs/options.md')

page.describe(() => {
  it('filters', async () => {
    const apps = await page.twice(page.snippet('Options'), `${APP}app.use('cursors', new MemoryService())\n`)
    const moves: unknown[] = []
    apps[1].service('cursors').on('patched', (data) => moves.push(data))
    await apps[0].service('cursors').create({ id: 1 })
    await apps[0].service('cursors').patch(1, { x: 1 })
    await expectSync(apps)
    expect(moves).to.deep.equal([])
  })

  it('shares events with those who know the secret only', async () => {
    const example = page.snippet('secret')
    const secrets = Array.from({ length: 2 }, () => randomBytes(32).toString('base64'))
    try {
      process.env.SYNC_SECRET = secrets[0]
      const apps = await page.twice(example, APP)
      process.env.SYNC_SECRET = secrets[1]
      const { app: stranger } = await page.run(example, APP)
      await stranger.sync.ready
      const seen = record(stranger)
      await expectSync(apps)
      await eventually(() => stranger.sync.stats().dropped.foreign > 0)
      expect(seen).to.deep.equal([])
    } finally {
      delete process.env.SYNC_SECRET
    }
    const error = await page.run(example, APP).catch((error) => error)
    expect(error).to.be.instanceOf(TypeError).with.property('message').that.includes('environment variable')
  })

  it('waits for app.sync', async () => {
    const { calls } = await page.run(page.snippet('app.sync'), IN_SYNC)
    expect(calls).to.deep.equal([['info', 'in sync over ipc: ready']])
  })

  it('shows what stats() returns', async () => {
    const example = page.snippets.find(({ language }) => language === 'json')
    const apps = await page.twice(page.snippet('app.sync'), IN_SYNC)
    await expectSync(apps)
    await eventually(() => apps[0].sync.stats().peers[0]?.host !== undefined)
    const stats = apps[0].sync.stats()
    for (const peer of stats.peers) peer.name ??= 'an option'
    const shown: typeof stats = JSON.parse(example?.code ?? '')
    expect(shapeOf(shown)).to.deep.equal(shapeOf(stats))
    expect(shown.peers[0]?.origin).to.have.lengthOf(stats.peers[0]?.origin.length ?? 0)
  })

  it('listens to errors and the status', async () => {
    const { app, calls } = await page.run(page.snippet('Events on the application'), IN_SYNC)
    await app.sync.ready
    app.emit('sync-in', { event: 'created', path: 'nowhere' })
    await app.teardown()
    expect(calls.map(([level, text]) => `${level} ${text}`)).to.deep.equal([
      'info connecting',
      'info ready',
      "warn unknown: feathers-sync: an event came in that is not known here: 'nowhere' 'created'",
      'info closed'
    ])
  })

  it('types events by the services of the application', async () => {
    const { app, calls, configure, watch } = (await page.run(
      page.snippet('Typed events'),
      APP.replace('multi: true })', "$&, { events: ['typing'] }")
    )) as Awaited<ReturnType<Page['run']>> & { configure: Configure; watch(app: Application): void }
    watch(app)
    app.configure(configure)
    app.emit('sync-in', { path: 'messages', event: 'created', data: { text: 'hi' } })
    app.emit('sync-in', { path: 'messages', event: 'typing', data: { userId: 1 } })
    expect(calls).to.deep.equal([['info', 'hi']])
  })

  it('keeps the events of a call on its instance', async () => {
    const example = page.snippet('Keeping an event on its instance: SYNC')
    const [one, two] = await page.twice(example, IN_SYNC)
    const texts = record(two)
    await one.service('messages').create(Array.from({ length: 1001 }, () => ({ text: 'too many' })))
    await one.service('messages').create([{ text: 'few' }])
    await eventually(() => texts.length > 0)
    expect(texts).to.deep.equal(['few'])
  })

  it('runs listeners only where the event was made', async () => {
    const example = page.snippet('isRemote and local')
    const [one, two] = [await page.run(example, IN_SYNC), await page.run(example, IN_SYNC)]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    await one.app.service('messages').create({ id: 1 })
    await one.app.service('messages').remove(1)
    await eventually(() => two.calls.length > 0)
    expect(one.calls.map(([name]) => name)).to.deep.equal(['mail', 'cache', 'audit'])
    expect(two.calls.map(([name]) => name)).to.deep.equal(['cache'])
  })
})

/** The names and types of all fields. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shapeOf(field)]))
}
