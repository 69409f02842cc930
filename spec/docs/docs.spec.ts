import { access, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import { type Linked, linkApps } from '../applications/linked.js'
import { snippetsOf } from '../support/snippets.js'
import { APP, Page } from './page.js'

const folder = (await readdir('docs', { recursive: true }))
  .filter((file) => file.endsWith('.md') && !/^(api|\.vitepress)\/|node_modules/.test(file)) // neither generated nor built
  .map((file) => `docs/${file}`)
const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...folder]

/** Pages with code, each with a spec of its own or a test below. */
const WITH_CODE = [
  'adapters',
  'choice',
  'emitter',
  'getting-started',
  'health',
  'index',
  'metrics',
  'migrating',
  'missed-events',
  'options',
  'production',
  'scaling',
  'security',
  'serializers',
  'testing',
  'tracing',
  'wire'
]
const BROKERS = ['amqp', 'ipc', 'nats', 'redis']

const useMessages = (app: Application) =>
  app.use('messages', { create: async (data: object) => ({ id: 1, ...data }) } as never)

const wire = await Page.read('docs/wire.md')
const migrating = await Page.read('docs/migrating.md')

wire.describe(() => {
  it('shows the payload of a create, byte for byte', async () => {
    const example = wire.snippets.find(({ language }) => language === 'text')
    const [one] = linkApps(1, useMessages) as [Linked]
    await one.app.service('messages').create({ text: 'hi' })
    expect(`\0${example?.code.slice(3).replaceAll(/\n */g, '')}`).to.equal(String(one.payloads[0]))
  })

  it('shows a `context` option that keeps what it says', async () => {
    const { code } = wire.snippet('The context option')
    const options = /sync\((.*)\)\n\)/s.exec(code)?.[1]
    const { context } = new Function(`return ${options}`)()
    const [one] = linkApps(1, useMessages, undefined, { context }) as [Linked]
    await one.app.service('messages').create({ text: 'hi' }, { provider: 'rest', query: {} })
    const own = { path: 'messages', method: 'create', event: 'created', result: { id: 1, text: 'hi' } }
    expect(one.sent[0]?.context).to.deep.equal({ ...own, params: { provider: 'rest' } })
  })
})

migrating.describe(() => {
  it('writes what feathers-sync 3 reads', async () => {
    const prelude = `${APP}import sync from 'feathers-sync'\n`
    const { app } = await migrating.run(migrating.snippet('Upgrade one instance after the other'), prelude)
    await app.sync.ready
    expect(app.sync.adapter.options.wire).to.equal(3)
  })
})

describe('the pages', () => {
  it('with code are all tested', async () => {
    const withCode: string[] = []
    for (const page of folder) {
      const snippets = await snippetsOf(page)
      if (snippets.some(({ language }) => /^[jt]s$/.test(language))) withCode.push(basename(page, '.md'))
    }
    expect(withCode).to.have.members([...WITH_CODE, ...BROKERS])
  })

  for (const page of PAGES) {
    it(`${page} links to files and headings that there are`, async () => {
      const text = await readFile(page, 'utf8')
      for (const [, file = '', heading] of text.matchAll(/\]\((?!http)([^)#]*)#?([^)]*)\)/g)) {
        const target = file ? join(dirname(page), file) : page
        await access(target)
        if (heading) expect(await anchorsOf(target), target).to.include(heading)
      }
    })

    it(`${page} names files that there are`, async () => {
      const text = await readFile(page, 'utf8')
      for (const [, file = ''] of text.matchAll(/`((?:lib|spec|examples)\/[\w/.-]+)`/g)) await access(file)
    })
  }
})

/** What GitHub makes of the headings of a page. */
async function anchorsOf(page: string): Promise<string[]> {
  const headings = (await readFile(page, 'utf8')).matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  )
}
