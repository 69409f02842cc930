/** The cells of the first table below a heading, without its head. */
export function tableOf(page: string, heading: string): string[][] {
  const section = page.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`There is no heading '${heading}'`)
  const [table] = /^(\|.*\n?)+/m.exec(section) ?? []
  if (table === undefined) throw new Error(`There is no table under '${heading}'`)
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.replace(/^\|?\s*|\s*\|?$/g, ''))
    )
}
