import { readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { snippetsOf } from '../support/snippets.js'
import { Example, readText } from './example.js'

const entries = await readdir('examples', { withFileTypes: true })
const names = entries.map(({ name }) => name).filter((name) => name !== 'README.md')
const readme = await readText('examples/README.md')
const page = await readText('docs/examples.md')
const blocks = (await snippetsOf('docs/examples.md')).map(({ code }) => code.trim())
const specs = (
  await Promise.all((await readdir('spec/examples')).map((file) => readText(`spec/examples/${file}`)))
).join()

describe('docs/examples.md', () => {
  for (const name of names) {
    it(`has ${name}, and so has examples/README.md`, () => {
      for (const text of [readme, page]) {
        const isPart = /^relay-adapter|^plain-relay/.test(name) && text === page
        if (!isPart) expect(text).to.match(new RegExp(`\\]\\((\\.\\./examples/)?${name}[/)]`))
      }
    })
  }

  for (const { name } of entries.filter((entry) => entry.isDirectory() && entry.name !== 'pm2')) {
    it(`${name} is tested, and the page shows what its README shows`, async () => {
      const { command, output } = await new Example(name).readme()
      expect(specs).to.include(`'${name}'`)
      expect(
        blocks.some((code) => code.endsWith(command)),
        command
      ).to.equal(true)
      if (output) expect(blocks).to.include(output)
    })
  }
})
