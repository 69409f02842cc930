import { expect } from 'chai'
import { AppSyncStage, listen, MoodyAdapter } from './app-sync-stage.js'

describe('an event that could not be serialized, or for which `filter` failed', () => {
  const { configure } = new AppSyncStage()

  it('counts as lost, and is not taken for one that has left the history', async () => {
    const adapter = new MoodyAdapter()
    let isSerializable = true
    const { app, create } = configure(adapter, {
      serialize: (message) => {
        if (!isSerializable) throw new Error('not now')
        return JSON.stringify(message)
      },
      filter: ({ data }) => ((data as { text: string }).text === 'no answer' ? (undefined as never) : true)
    })
    const errors = listen(app)
    await app.sync.ready
    adapter.goAway()
    await create('sent later')
    await create('no answer')
    isSerializable = false
    await create('not serializable')
    expect(errors.map(({ kind }) => kind)).to.include.members(['serialize', 'filter'])
    expect(app.sync.stats().events).to.include({ lost: 2, waiting: 1 })
    expect(app.sync.health().reason).to.contain(', 1 event waits; ')
  })
})
