import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import llmstxt from 'vitepress-plugin-llms'
import { descriptionOf, linksToRepository, slugify } from './markdown.js'
import { groups, unlisted } from './pages.js'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const json = (relative: string) => JSON.parse(readFileSync(path(relative), 'utf8'))

const { description, version, homepage: repository } = json('../../package.json')
const sidebar = groups(path('..'))
const api = '../api/typedoc-sidebar.json'

export default defineConfig({
  lang: 'en-US',
  title: 'feathers-sync',
  description,
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks', // those of the reader's own application
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }]],
  markdown: {
    anchor: { slugify },
    languageAlias: { haproxy: 'nginx' },
    theme: { light: 'github-light', dark: 'github-dark' },
    config: linksToRepository(path('../..'), repository)
  },
  themeConfig: {
    logo: '/logo.svg',
    search: {
      provider: 'local',
      options: {
        // Of the API, names and descriptions: its many headings would hide the pages.
        _render: (text, env, markdown) =>
          markdown.render(env.relativePath.startsWith('api/') ? (text.split('\n## ')[0] ?? '') : text, env)
      }
    },
    outline: [2, 3],
    nav: [
      ...sidebar.slice(0, 3).map(({ text, items }) => ({ text, items })),
      { text: 'Watch a repair', link: '/repair' },
      {
        text: version,
        items: [
          { text: 'Examples', link: `${repository}/tree/main/examples` },
          { text: 'Changelog', link: `${repository}/blob/main/CHANGELOG.md` },
          { text: 'Migrating from 3', link: '/migrating' },
          { text: 'Contributing', link: `${repository}/blob/main/CONTRIBUTING.md` }
        ]
      }
    ],
    sidebar: {
      '/': sidebar,
      '/api/': existsSync(path(api)) ? [{ text: 'API', link: '/api/', items: json(api) }] : []
    },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path`, text: 'Edit this page on GitHub' },
    footer: { message: 'Released under the MIT license.' },
    notFound: {
      title: 'There is no such page',
      quote: 'It may have another name now: the search at the top looks through all pages.',
      linkText: 'To the first page'
    }
  },
  transformPageData(page) {
    // They are made of the comments in the code.
    if (page.relativePath.startsWith('api/')) page.frontmatter.editLink = false
    else if (page.relativePath !== 'index.md')
      page.description = descriptionOf(readFileSync(path(`../${page.relativePath}`), 'utf8'))
  },
  vite: {
    plugins: [llmstxt({ ignoreFiles: ['api/**'] })],
    optimizeDeps: { include: ['buffer/'] }, // else the page is loaded again when it is found
    resolve: {
      // For the picture of the protocol, which runs lib/delivery in the browser.
      alias: { 'node:crypto': path('theme/repair/node-crypto.ts') }
    }
  },
  buildEnd({ pages }) {
    const missing = unlisted(pages)
    if (missing.length > 0)
      throw new Error(`not in the sidebar, see docs/.vitepress/pages.ts: ${missing.join(', ')}`)
  }
})
