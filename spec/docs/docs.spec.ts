import { access, readFile } from 'node:fs/promises'
import { type Application, feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { type Linked, linkApps } from '../applications/linked.js'
import { runModule, saveModule, snippetsOf } from '../support/snippets.js'

const PAGES = [
  'docs/adapters.md',
  'docs/migrating.md',
  'docs/performance.md',
  'docs/protocol.md',
  'docs/wire.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md'
]

const code = await snippetsOf('docs/adapters.md')
const [adapter = '', registration = '', suite = '', ...others] = code.map(({ code }) => code)
const adapterFile = await saveModule(adapter)
const withAdapter = (code: string) => code.replace('./threads-adapter.js', adapterFile)

describe('docs/adapters.md', () => {
  it('has three pieces of code', () => {
    expect(others).to.deep.equal([])
  })

  it('registers its adapter', async () => {
    const app = feathers()
    Object.assign(globalThis, { app })
    try {
      await runModule(withAdapter(registration))
    } finally {
      Reflect.deleteProperty(globalThis, 'app')
    }
    await app.sync.ready
    expect(app.sync.type).to.equal('threads')
    await app.teardown()
  })
})

// Describes the suite, for the adapter of the page.
await runModule(withAdapter(suite))

describe('docs/wire.md', () => {
  const useMessages = (app: Application) =>
    app.use('messages', { create: async (data: object) => ({ id: 1, ...data }) } as never)

  it('shows the payload of a create, byte for byte', async () => {
    const [, example] = await snippetsOf('docs/wire.md')
    const [one] = linkApps(1, useMessages) as [Linked]
    await one.app.service('messages').create({ text: 'hi' })
    expect(`\0${example?.code.slice(3).replaceAll(/\n */g, '')}`).to.equal(String(one.payloads[0]))
  })

  it('shows a `context` option that keeps what it says', async () => {
    const [{ code = '' } = {}] = await snippetsOf('docs/wire.md')
    const options = /sync\((.*)\)\n\)/s.exec(code)?.[1]
    const { context } = new Function(`return ${options}`)()
    const [one] = linkApps(1, useMessages, undefined, { context }) as [Linked]
    await one.app.service('messages').create({ text: 'hi' }, { provider: 'rest', query: {} })
    const own = { path: 'messages', method: 'create', event: 'created', result: { id: 1, text: 'hi' } }
    expect(one.sent[0]?.context).to.deep.equal({ ...own, params: { provider: 'rest' } })
  })
})

for (const page of PAGES) {
  describe(page, () => {
    it('links to files that there are', async () => {
      const text = await readFile(page, 'utf8')
      for (const [, target = ''] of text.matchAll(/\]\((?!http|#)([^)#]+)/g)) {
        await access(new URL(target, new URL(`../../${page}`, import.meta.url)))
      }
    })
  })
}
