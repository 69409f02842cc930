import { expect } from 'chai'
import { APP, expectSync, Page } from './page.js'

const page = await Page.read('docs/brokers.md')

page.describe(() => {
  for (const name of ['AMQP', 'NATS', 'ipc']) {
    it(`syncs over ${name}`, async () => {
      const apps = await page.twice(page.snippet(name), APP)
      await expectSync(apps)
      expect(apps[0].sync.type).to.equal(name.toLowerCase())
    })
  }

  it('syncs over Redis, with a client that it leaves open', async () => {
    const close = `
      app.on('end', () => {
        if (!redisClient.isReady) throw new Error('it was closed')
        redisClient.destroy()
      })
    `
    const apps = await page.twice(page.snippet('Redis'), APP, close)
    await expectSync(apps)
    for (const app of apps) {
      await app.teardown()
      app.emit('end')
    }
  })
})
