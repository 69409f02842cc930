import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { AppSyncStage, never } from './app-sync-stage.js'

describe('what app.sync reports', () => {
  const { configure, lines } = new AppSyncStage()

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
      expect(lines().some((line) => line === 'feathers-sync: a sync-error listener threw')).to.equal(true)
    })
  })
})
