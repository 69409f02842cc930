import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, Page } from './page.js'
import { tableOf } from './tables.js'

const page = await Page.read('docs/security.md')

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

  it('has the limits of the protocol', async () => {
    const limits = tableOf(await readFile('docs/security.md', 'utf8'), 'Limits that protect')
    const bounds = tableOf(await readFile('docs/protocol.md', 'utf8'), 'Bounds').join('\n')
    const figures = limits.flatMap(([, limit = '']) => limit.match(/[\d,]+ (MiB|s)|\d+,\d+/g) ?? [])
    expect(figures).to.have.length.above(6)
    for (const figure of figures.filter((figure) => figure !== '10 s')) expect(bounds).to.include(figure)
  })
})
