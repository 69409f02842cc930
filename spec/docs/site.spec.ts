import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { descriptionOf, linksToRepository, slugify } from '../../docs/.vitepress/markdown.js'
import { groups, unlisted } from '../../docs/.vitepress/pages.js'
import { APP, expectSync, Page } from './page.js'

const page = await Page.read('docs/index.md')

page.describe(() => {
  it('shows code that syncs', async () => {
    await expectSync(await page.twice(page.snippet('In your application'), APP))
  })

  it('links to pages that there are', async () => {
    const links = (await readFile('docs/index.md', 'utf8')).matchAll(/link: \/(.+)/g)
    expect([...links].map(([, link]) => `docs/${link}.md`).filter((file) => !existsSync(file))).to.deep.equal(
      []
    )
  })
})

describe('the site', () => {
  it('has links in its sidebar to pages that there are', () => {
    const links = groups('docs').flatMap(({ items }) => items.map(({ link }) => link))
    expect(links).to.include.members(['/brokers', '/brokers/redis', '/repair'])
    for (const link of links) if (link !== '/api/') expect(existsSync(`docs${link}.md`), link).to.equal(true)
  })

  it('finds pages that are not in the sidebar', () => {
    expect(unlisted(['index.md', 'api/index.md', 'brokers/redis.md', 'new.md'])).to.deep.equal(['new.md'])
  })

  it('has the anchors of GitHub', () => {
    const headings = ['`app.sync`', 'close() and teardown()', 'Keeping an event: `SYNC`', "A user's own"]
    const anchors = ['appsync', 'close-and-teardown', 'keeping-an-event-sync', 'a-users-own']
    expect(headings.map(slugify)).to.deep.equal(anchors)
  })

  describe('describes each page', () => {
    for (const [given, expected] of [
      ['# Title\n\nWhat **it** does, and [how](how.md). `More`.\n\nElse.', 'What it does, and how. More.'],
      [
        `# Title\n\nOne sentence, which is by no means too short. ${'Long '.repeat(40)}.`,
        'One sentence, which is by no means too short.'
      ],
      [`# Title\n\nShort. ${'long '.repeat(40)}.`, `Short. ${'long '.repeat(30).trim()}…`],
      ['# Title\n\n| a | b |\n| - | - |\n\nBelow a table.', 'Below a table.'],
      ['# Title\n\nIn a list:\n\n- one', 'In a list'],
      ['# Title\n\n- [One](#one), [two](#two)\n- [`three`](#three)\n\n## One', 'One, two, three'],
      [`# Title\n\n- ${'words '.repeat(40)}`, `${'words '.repeat(26).trim()}…`]
    ] as const)
      it(JSON.stringify(given.slice(0, 40)), () => expect(descriptionOf(given)).to.equal(expected))

    it('by another text', async () => {
      const links = groups('docs').flatMap(({ items }) => items.map(({ link }) => link))
      const pages = links.filter((link) => link !== '/api/')
      const texts = await Promise.all(pages.map((link) => readFile(`docs${link}.md`, 'utf8')))
      const described = texts.map(descriptionOf)
      for (const [index, text] of described.entries()) expect(text.length, pages[index]).to.be.within(40, 160)
      expect(new Set(described).size).to.equal(pages.length)
    })
  })

  describe('turns links to files that are no pages into links to the repository', () => {
    const rewritten = (href: string, relativePath = 'options.md') => {
      let address = href
      const link = {
        type: 'link_open',
        children: null,
        attrGet: () => address,
        attrSet: (_name: string, value: string) => {
          address = value
        }
      }
      const push = (_name: string, rule: (state: object) => void) =>
        rule({ tokens: [{ ...link, type: 'inline', children: [link] }], env: { relativePath } })
      linksToRepository('.', 'https://repository')({ core: { ruler: { push } } } as never)
      return address
    }

    it('a file, with and without an anchor', () => {
      expect(rewritten('../README.md')).to.equal('https://repository/blob/main/README.md')
      expect(rewritten('../README.md#license')).to.equal('https://repository/blob/main/README.md#license')
      expect(rewritten('../../lib/errors.ts', 'brokers/redis.md')).to.equal(
        'https://repository/blob/main/lib/errors.ts'
      )
    })

    it('a folder', () => {
      expect(rewritten('../examples')).to.equal('https://repository/tree/main/examples')
      expect(rewritten('../examples/')).to.equal('https://repository/tree/main/examples')
    })

    it('but not pages, anchors and addresses', () => {
      for (const href of [
        'wire.md',
        'brokers/redis.md#limits',
        '#options',
        'https://example.com',
        '/repair'
      ]) {
        expect(rewritten(href)).to.equal(href)
      }
    })

    it('and fails for a file that there is not', () => {
      expect(() => rewritten('../nothing.md')).to.throw(
        'docs/options.md links to ../nothing.md, which does not exist'
      )
    })
  })
})
