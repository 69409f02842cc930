import { randomBytes } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, expectSync, IN_SYNC, Page } from './page.js'

const page = await Page.read('README.md')
const QUICK_START = 'Quick start in your application'

page.describe(() => {
  it('names commands that there are', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))
    const commands = page.snippets.filter(({ language }) => language === 'sh').map(({ code }) => code.trim())
    expect(commands).to.deep.equal([
      'npm install feathers-sync@alpha',
      'npm install && npm run demo:web',
      'npm install && npm test'
    ])
    expect(scripts).to.include.keys('demo', 'demo:web', 'test')
  })

  it('shows pictures that there are', async () => {
    const text = await readFile('README.md', 'utf8')
    const pictures = [...text.matchAll(/(src|srcset)="([^"]+)"/g)]
    expect(pictures).not.to.be.empty
    const { homepage } = JSON.parse(await readFile('package.json', 'utf8'))
    const raw = `${homepage.replace('github.com', 'raw.githubusercontent.com')}/HEAD/`
    for (const [, attribute, address = ''] of pictures) {
      // npm shows them too, and makes only `src` absolute
      if (attribute === 'srcset') expect(address).to.include(raw)
      await access(address.replace(raw, ''))
    }
  })

  it('syncs', async () => await expectSync(await page.twice(page.snippet(QUICK_START), APP)))

  it('syncs when required', async () => {
    const snippet = page.snippet(QUICK_START, 1)
    const apps = [1, 2].map(() => feathers().use('messages', new MemoryService()))
    for (const app of apps) await page.runScript(snippet, app)
    await expectSync(apps)
  })

  it('keeps the fields that it omits off the broker', async () => {
    const snippet = page.snippet('Keep password hashes off the broker')
    const [one, two] = await page.twice(snippet, APP)
    const [sent, seen]: [unknown[], unknown[]] = [[], []]
    one.on('sync-out', (message) => sent.push(message))
    two.service('messages').on('created', (data) => seen.push(data))
    await one
      .service('messages')
      .create({ id: 1, password: 'HASH', user: { id: 2, githubId: 'HASH', mySecret: 'HASH' } })
    await eventually(() => seen.length > 0)
    expect(seen).to.deep.equal([{ id: 1, user: { id: 2 } }])
    expect(JSON.stringify(sent)).not.to.include('HASH')
  })

  it('lets only those speak who know the secret', async () => {
    const snippet = page.snippet('Let only your own instances speak')
    try {
      process.env.SYNC_SECRET = randomBytes(32).toString('base64')
      const apps = await page.twice(snippet, APP)
      const { app: stranger } = await page.run(page.snippet(QUICK_START), APP)
      await expectSync(apps)
      await eventually(() => stranger.sync.stats().dropped.sealed > 0)
      await eventually(() => apps.every(({ sync }) => sync.stats().dropped.unsealed > 0))
      for (const { sync } of apps) expect(sync.stats().peers).to.have.length(1)
    } finally {
      delete process.env.SYNC_SECRET
    }
  })

  it('sends a mail only where the event was made', async () => {
    const snippet = page.snippet(QUICK_START, 2)
    const [one, two] = [await page.run(snippet, IN_SYNC), await page.run(snippet, IN_SYNC)]
    await Promise.all([one.app.sync.ready, two.app.sync.ready])
    let arrived = false
    two.app.service('messages').on('created', () => {
      arrived = true
    })
    await one.app.service('messages').create({ id: 1 })
    await eventually(() => arrived)
    expect(one.calls.map(([name]) => name)).to.deep.equal(['mail'])
    expect(two.calls).to.deep.equal([])
  })
})
