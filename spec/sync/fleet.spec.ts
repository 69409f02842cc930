import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { AppSyncStage, MoodyAdapter } from './app-sync-stage.js'

describe('app.sync.stats().peers', () => {
  const { configure } = new AppSyncStage()

  /** An instance that is ready, and how it sees the others. */
  const start = async (name?: string | false) => {
    const { app } = configure(new MoodyAdapter(), name === undefined ? {} : { name })
    await app.sync.ready
    return { app, names: () => app.sync.stats().peers.map((peer) => peer.name) }
  }

  it('has the new name of an instance that comes back under another one', async () => {
    const watcher = await start('watcher')
    const before = await start('before')
    await eventually(() => watcher.names().join() === 'before')
    await before.app.teardown()
    const after = await start('after')
    await eventually(() => watcher.names().join() === 'after', { message: 'only the new name' })
    await eventually(() => after.names().join() === 'watcher')
  })

  it('has no name where there is none, and nothing of an instance with `name: false`', async () => {
    const watcher = await start()
    const nameless = await start()
    await eventually(() => watcher.app.sync.stats().peers[0]?.pid === process.pid)
    expect(watcher.app.sync.stats().peers[0]).to.have.property('host').and.not.have.property('name')
    await nameless.app.teardown()
    await start(false)
    await eventually(() => watcher.app.sync.stats().peers.length === 1)
    expect(watcher.app.sync.stats().peers[0]).to.not.have.any.keys('host', 'pid', 'version', 'name')
  })
})
