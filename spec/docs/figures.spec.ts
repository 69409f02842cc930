import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { filled, PAGES, strayFigures } from '../../bench/figures/pages.js'
import { committedRuns, tablesOf } from '../../bench/figures/tables.js'

const runs = await committedRuns()
const tables = tablesOf(runs)
const page = (...lines: string[]) => ['# Page', ...lines, ''].join('\n')

describe('the figures of the documentation', () => {
  for (const path of PAGES) {
    it(`${path} has those of bench/results`, async () => {
      const text = await readFile(path, 'utf8')
      expect(text, 'run `npm run figures`').to.equal(filled(text, tables))
    })

    it(`${path} has no other figures beside these tables`, async () => {
      expect(strayFigures(await readFile(path, 'utf8'))).to.deep.equal([])
    })
  }

  it('are all shown', async () => {
    const texts = await Promise.all(PAGES.map((path) => readFile(path, 'utf8')))
    for (const name of Object.keys(tables)) expect(texts.join()).to.include(`<!-- figures: ${name} -->`)
  })

  it('take the place of what was there', () => {
    const before = page('<!-- figures: one -->', 'old', '<!-- end of figures -->', 'text')
    const after = page('<!-- figures: one -->', '', 'new', '', '<!-- end of figures -->', 'text')
    expect(filled(before, { one: 'new' })).to.equal(after)
    expect(filled(after, { one: 'new' })).to.equal(after)
  })

  it('fail where no table has the name of a place', () => {
    const text = page('<!-- figures: two -->', '', '<!-- end of figures -->')
    expect(() => filled(text, { one: '' })).to.throw("There is no table 'two', only one")
  })

  it('are found in prose', () => {
    const table = ['<!-- figures: one -->', '| 2.5× | 17 |', '<!-- end of figures -->']
    expect(strayFigures(page(...table, 'It is 2.5×, or 17 µs.'))).to.deep.equal([])
    expect(strayFigures(page(...table, 'It is 3.5×, or 18 µs.'))).to.deep.equal(['3.5×', '18 µs'])
  })

  it('of the size of an event are those of the page on production', async () => {
    const [told] =
      /about [\d,]+(?=\]\(performance\.md)/.exec(await readFile('docs/production.md', 'utf8')) ?? []
    const rows = [...runs.values()].flatMap((run) => run.rows)
    const sizes = rows.filter(({ work }) => work.endsWith('bytes to the broker'))
    expect(sizes).to.have.length(3)
    for (const { figures } of sizes) {
      const rounded = Math.round(Number(figures[4]) / 50) * 50
      expect(told).to.equal(`about ${rounded.toLocaleString('en')}`)
    }
  })
})
