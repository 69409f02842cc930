import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, expectSync, Page } from './page.js'
import { tableOf } from './tables.js'

const page = await Page.read('docs/security.md')
const text = await readFile('docs/security.md', 'utf8')

interface Package {
  license: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}
const packageAt = async (folder: string): Promise<Package> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))

/** The rows of a table of packages, without what they are for. */
const packagesOf = (table: string[][]) =>
  table.map((row) => row.slice(0, 3).map((cell) => cell.replaceAll('`', '')))

page.describe(() => {
  it('keeps the fields that it names on their instance', async () => {
    const [one, two] = await page.twice(page.snippet('What leaves an instance'), APP)
    const seen: unknown[] = []
    two.service('messages').on('created', (data) => seen.push(data))
    await one
      .service('messages')
      .create({ id: 1, password: 'HASH', resetToken: 'HASH', user: { totpSecret: 'HASH' } })
    await eventually(() => seen.length > 0)
    expect(seen).to.deep.equal([{ id: 1, user: {} }])
  })

  it('takes a secret from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'security-'))
    const [file, secret] = [join(folder, 'sync'), randomBytes(32).toString('base64')]
    try {
      await writeFile(file, `${secret}\n`)
      const { code, ...rest } = page.snippet('The secret')
      const byFile = { code: code.replace('/run/secrets/sync', file), ...rest }
      const direct = { code: code.replace(/readFileSync\(.*\)/, `'${secret}'`), ...rest }
      const [one, two] = [await page.run(byFile, APP), await page.run(direct, APP)]
      await expectSync([one.app, two.app])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('has the rights of the pages of the brokers', async () => {
    const rights = tableOf(text, 'Least rights')
    for (const [broker, name] of Object.entries({ redis: 'Redis', amqp: 'RabbitMQ', nats: 'NATS' })) {
      const [, cell = ''] = rights.find(([first]) => first?.startsWith(name)) ?? []
      const all = await readFile(`docs/brokers/${broker}.md`, 'utf8')
      const codes = Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code.replace('\\|', '|'))
      expect(codes, name).not.to.be.empty
      for (const code of codes) expect(all).to.include(code)
    }
  })

  it('names what is in the bundle, and its licenses', async () => {
    const { devDependencies = {} } = await packageAt('.')
    const [, list = ''] = /onlyBundle: \[(.+)\]/.exec(await readFile('tsdown.config.js', 'utf8')) ?? []
    const names = new Set(Array.from(list.matchAll(/'([^']+)'/g), ([, name = '']) => name))
    for (const name of names) {
      const { dependencies = {} } = await packageAt(`node_modules/${name}`)
      for (const inner of Object.keys(dependencies)) names.add(inner)
    }
    const rows = [...names].map(async (name) => {
      const { license } = await packageAt(`node_modules/${name}`)
      return [name, devDependencies[name] ?? 'with inversify', license]
    })
    const table = packagesOf(tableOf(text, 'What is bundled'))
    expect(table).to.have.deep.members(await Promise.all(rows))
  })

  it('names what is installed with it, and its licenses', async () => {
    const { dependencies, optionalDependencies } = await packageAt('.')
    const rows = Object.entries({ ...dependencies, ...optionalDependencies }).map(async ([name, range]) => {
      const { license } = await packageAt(`node_modules/${name}`)
      return [name, range, license]
    })
    const section = text.slice(text.indexOf('Installed with the package'))
    const table = packagesOf(tableOf(`# Installed\n${section}`, 'Installed'))
    expect(table).to.have.deep.members(await Promise.all(rows))
  })

  it('has the limits of the protocol', async () => {
    const limits = tableOf(text, 'Limits that protect')
    const bounds = tableOf(await readFile('docs/protocol.md', 'utf8'), 'Bounds').join('\n')
    const figures = limits.flatMap(([, limit = '']) => limit.match(/[\d,]+ (MiB|s)|\d+,\d+/g) ?? [])
    expect(figures).to.have.length.above(6)
    for (const figure of figures.filter((figure) => figure !== '10 s')) expect(bounds).to.include(figure)
  })
})
