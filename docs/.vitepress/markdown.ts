import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'

/** What of markdown-it is used here. */
interface Token {
  type: string
  children: Token[] | null
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}
interface MarkdownIt {
  core: { ruler: { push(name: string, rule: (state: { tokens: Token[]; env: Env }) => void): void } }
}
interface Env {
  /** Of the page, from the folder of the pages. */
  relativePath: string
}

/** The anchor that GitHub gives to a heading, so that links to it work there and here. */
export function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}

/** How many characters a description should have: search engines show no more. */
const DESCRIPTION = { min: 40, max: 160 }

/** What the first paragraph below the title says, or the list there, as plain text: as many whole sentences as fit, or whole words. */
export function descriptionOf(page: string): string {
  const [block = ''] = page
    .replace(/^# .*\n+/, '')
    .split(/\n\n/)
    .filter((block) => !block.startsWith('|'))
  const text = block
    .replace(/\n?^- /gm, (mark) => (mark.startsWith('\n') ? ', ' : ''))
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[: ]*$/, '')
  const { min, max } = DESCRIPTION
  if (text.length <= max) return text
  const sentences = text.slice(0, max + 1).match(/^.*[.?](?= )/)?.[0] ?? ''
  return sentences.length >= min ? sentences : `${text.slice(0, max - 1).replace(/[\s,;:]+\S*$/, '')}…`
}

/** Lets links to files of the repository that are not pages of the site lead to the repository. */
export function linksToRepository(root: string, repository: string) {
  return (markdown: MarkdownIt): void => {
    markdown.core.ruler.push('links to the repository', ({ tokens, env }) => {
      for (const token of tokens.flatMap(({ children }) => children ?? [])) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null
        const address = href && addressOf(href, env.relativePath)
        if (address) token.attrSet('href', address)
      }
    })
  }

  function addressOf(href: string, page: string): string | undefined {
    if (/^([\w+]+:|\/|#)/.test(href)) return
    const [path = '', anchor] = href.split('#')
    const file = posix.join('docs', posix.dirname(page), path)
    if (/^docs\/.*\.md$/.test(file)) return // a page: if it does not exist, the build fails
    if (!existsSync(join(root, file))) throw new Error(`docs/${page} links to ${href}, which does not exist`)
    const kind = statSync(join(root, file)).isDirectory() ? 'tree' : 'blob'
    return `${repository}/${kind}/main/${file.replace(/\/$/, '')}${anchor ? `#${anchor}` : ''}`
  }
}
