import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { frameworks } from './servers.js'

const messages = (app: Application) => app.service('messages') as unknown as EventEmitter
const useMessages = (app: Application) =>
  app.use('messages', { create: async (data: object) => data } as never)

for (const [name, createApp] of Object.entries(frameworks)) {
  describe(`app.configure(sync()) of ${name}`, () => {
    let apps: Application[]
    let options: { uri: string; key: string }

    beforeEach(() => {
      apps = [createApp(), createApp()]
      options = { uri: 'ipc:', key: `configure-${randomUUID()}` }
    })

    afterEach(async () => {
      await Promise.all(apps.map((app) => app.teardown()))
    })

    it('syncs services registered before and after it, once also where it is configured twice', async () => {
      const [before, after] = apps as [Application, Application]
      useMessages(before).configure(sync(options)).configure(sync(options))
      useMessages(after.configure(sync(options)).configure(sync({ ...options })))
      const seen: unknown[][] = [[], []]
      for (const [index, app] of apps.entries())
        messages(app).on('created', (data) => seen[index]?.push(data))
      await Promise.all(apps.map((app) => app.sync.ready))
      messages(before).emit('created', 1)
      await eventually(() => seen[1]?.length === 1)
      messages(after).emit('created', 2)
      await eventually(() => seen[0]?.length === 2)
      expect(seen).to.deep.equal([
        [1, 2],
        [1, 2]
      ])
    })

    it('leaves with app.teardown(), and comes back with app.setup()', async () => {
      const [one, two] = apps.map((app) => useMessages(app.configure(sync(options)))) as [
        Application,
        Application
      ]
      await Promise.all([one.sync.ready, two.sync.ready])
      await one.setup()
      await one.teardown()
      expect(one.sync.status).to.equal('closed')
      const seen: unknown[] = []
      messages(two).on('created', (data) => seen.push(data))
      messages(one).emit('created', 'while away')
      await one.setup()
      await one.sync.ready
      messages(one).emit('created', 'back')
      await eventually(() => seen.length > 0)
      expect(seen).to.deep.equal(['back'])
    })
  })
}
