import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { Aedes } from 'aedes'
import { expect } from 'chai'
import { isRemote } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'
import { runModule, saveModule } from '../support/snippets.js'
import { APP, expectSync, Page } from './page.js'

const page = await Page.read('docs/adapters.md')
const adapterFile = await saveModule(page.snippet('Custom adapters').code)
const withAdapter = (code: string) => code.replace('./threads-adapter.js', adapterFile)

page.describe(() => {
  it('registers its adapter', async () => {
    const { code, ...rest } = page.snippet('Custom adapters', 1)
    const apps = await page.twice({ code: withAdapter(code), ...rest }, APP)
    await expectSync(apps)
    expect(apps[0].sync.type).to.equal('threads')
  })

  for (const heading of ['Connecting to MQTT', 'Publishing to MQTT', 'Closing the MQTT client']) {
    it(`shows the adapter of the examples: ${heading}`, async () => {
      const source = (await readFile('examples/mqtt-adapter/mqtt-adapter.mjs', 'utf8')).replaceAll(
        /^ +/gm,
        ''
      )
      const blocks = page.snippets.filter((snippet) => snippet.heading === heading)
      for (const [index] of blocks.entries()) {
        expect(source).to.include(page.snippet(heading, index).code.replaceAll(/^ +/gm, ''))
      }
    })
  }

  it('uses the adapter of the examples', async () => {
    const broker = await Aedes.createBroker()
    const server = createServer(broker.handle)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { code, ...rest } = page.snippet('Using it')
    const own = code
      .replace(
        './mqtt-adapter.mjs',
        new URL('../../examples/mqtt-adapter/mqtt-adapter.mjs', import.meta.url).href
      )
      .replace('localhost:1883', `127.0.0.1:${(server.address() as AddressInfo).port}`)
    const apps = await page.twice({ code: own, ...rest }, APP)
    await expectSync(apps)
    expect(apps[0].sync.type).to.equal('mqtt')
    await Promise.all(apps.map((app) => app.teardown()))
    await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())))
  })

  it('syncs by a class in TypeScript', async () => {
    await expectSync(await page.twice(page.snippet('In TypeScript'), APP))
  })

  it('syncs by a function', async () => {
    const messaging = `
      import { createClient } from 'redis'
      const [publisher, subscriber] = [1, 2].map(() => createClient({ url: 'redis://localhost:6379' }))
      let subscribed = () => {}
      const messaging = {
        connect: () => Promise.all([publisher.connect(), subscriber.connect()]).then(() => subscribed()),
        publish: (data: string) => publisher.publish('custom', data),
        subscribe: (callback: (data: string) => void) => {
          subscribed = () => subscriber.subscribe('custom', callback)
        }
      }
      app.on('end', () => [publisher, subscriber].forEach((client) => client.destroy()))
    `
    const apps = await page.twice(page.snippet('An adapter as a function'), APP + messaging)
    expect(apps[0].sync.type).to.equal('custom')
    await expectSync(apps)
    const remote: unknown[] = []
    apps[0].service('messages').on('created', (_data, context) => remote.push(isRemote(context)))
    await apps[0].service('messages').create({ text: 'from where?' })
    await eventually(() => remote.length > 0)
    expect(remote).to.deep.equal([undefined])
    for (const app of apps) app.emit('end')
  })
})

// Describes the suite, for the adapter of the page.
await runModule(withAdapter(page.snippet('The conformance suite').code))
