import { access, readFile } from 'node:fs/promises'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import { removeSnippets, runModule, saveModule, snippetsOf } from './support/snippets.js'

const PAGES = ['docs/adapters.md', 'docs/migrating.md', 'docs/protocol.md', 'CHANGELOG.md', 'CONTRIBUTING.md']

const code = await snippetsOf('docs/adapters.md')
const [adapter = '', registration = '', suite = '', ...others] = code.map(({ code }) => code)
const adapterFile = await saveModule(adapter)
const withAdapter = (code: string) => code.replace('./threads-adapter.js', adapterFile)

describe('docs/adapters.md', () => {
  after(removeSnippets)

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

for (const page of PAGES) {
  describe(page, () => {
    it('links to files that there are', async () => {
      const text = await readFile(page, 'utf8')
      for (const [, target = ''] of text.matchAll(/\]\((?!http|#)([^)#]+)/g)) {
        await access(new URL(target, new URL(`../${page}`, import.meta.url)))
      }
    })
  })
}
