/** Pages with figures. */
export const PAGES: readonly string[] = ['docs/performance.md']

const PLACE = /(<!-- figures: ([\w-]+) -->\n)[\s\S]*?(\n<!-- end of figures -->)/g

/**
 * A page with these tables in their places, each between `<!-- figures: name -->` and `<!-- end of figures -->`.
 *
 * @throws Error if there is no table of a name
 */
export function filled(page: string, tables: Readonly<Record<string, string>>): string {
  return page.replace(PLACE, (_, start: string, name: string, end: string) => {
    const table = tables[name]
    if (table === undefined)
      throw new Error(`There is no table '${name}', only ${Object.keys(tables).join(', ')}`)
    return `${start}\n${table}\n${end}`
  })
}

/** The figures with a unit in the prose of sections with tables of figures that these tables don't have. */
export function strayFigures(page: string): string[] {
  return page.split(/^#+ /m).flatMap((section) => {
    const tables = [...section.matchAll(PLACE)].map(([place]) => place).join('\n')
    if (tables === '') return []
    const shown = new Set(tables.match(/\d[\d,.]*/g))
    const prose = section.replaceAll(PLACE, '').replaceAll(/`[^`]*`/g, '')
    const told = [...prose.matchAll(/(\d[\d,.]*)(?:×| (?:times|µs|ms|ms\/s|MB|kB|KB|bytes|events\/s)\b)/g)]
    return told.filter(([, figure = '']) => !shown.has(figure)).map(([text]) => text)
  })
}
