import type { EventEmitter } from 'node:events'
import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, IN_SYNC, Page } from './page.js'

const page = await Page.read('docs/choice.md')

const PATHS = ['drafts', 'cursors', 'imports', 'users', 'messages']
const EVENTS = ['created', 'removed', 'moved']

/** What the services of an application emit from now on. */
function record(app: Application): string[] {
  const seen: string[] = []
  for (const path of PATHS.filter((path) => path in app.services)) {
    for (const event of EVENTS) app.service(path).on(event, () => seen.push(`${path} ${event}`))
  }
  return seen
}

function emitAll(app: Application): void {
  for (const path of PATHS.filter((path) => path in app.services)) {
    for (const event of EVENTS) (app.service(path) as unknown as EventEmitter).emit(event, {})
  }
}

page.describe(() => {
  it('chooses at the service', async () => {
    const [one, two] = await page.twice(page.snippet('At the service'), IN_SYNC)
    const seen = record(two)
    emitAll(one)
    await eventually(() => two.sync.stats().events.received === 5)
    expect(seen).to.deep.equal(['cursors moved', 'messages created', 'messages removed'])
    expect(one.sync.stats().events.ignored).to.equal(0)
    expect(two.sync.stats().events).to.include({ ignored: 2 })
  })

  it('chooses for an instance, a worker', async () => {
    const services = "app.use('users', new MemoryService())\napp.use('logs', new MemoryService())\n"
    const worker = await page.run(page.snippet('For an instance'), APP + services)
    const other = await page.run(
      { heading: '', language: 'js', code: "app.configure(inSync({ uri: 'redis://localhost:6379' }))\n" },
      `${APP}${services}import inSync from 'feathers-sync'\n`
    )
    await Promise.all([worker.app.sync.ready, other.app.sync.ready])
    const [seen, back] = [record(worker.app), record(other.app)]
    emitAll(other.app)
    await eventually(() => worker.app.sync.stats().events.received === 4)
    expect(seen).to.deep.equal(['users created'])
    expect(worker.app.sync.stats().events.ignored).to.equal(3)
    back.length = 0
    emitAll(worker.app)
    await eventually(() => other.app.sync.stats().events.received > 0)
    expect(back).to.deep.equal(['messages created', 'messages removed'])
  })
})
