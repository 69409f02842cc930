import { readFile, writeFile } from 'node:fs/promises'
import { filled, PAGES } from './pages.js'
import { committedRuns, tablesOf } from './tables.js'

// Writes the tables of figures in the documentation, from bench/results.
const tables = tablesOf(await committedRuns())
for (const page of PAGES) {
  const before = await readFile(page, 'utf8')
  const after = filled(before, tables)
  if (after === before) continue
  await writeFile(page, after)
  console.log(`${page} has new figures`)
}
