import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { CELLS, cellName } from '../brokers/matrix/cells.js'

const page = await readFile('docs/versions.md', 'utf8')

describe('docs/versions.md', () => {
  it('promises what npm run test:brokers runs', () => {
    expect(checkedCells()).to.deep.equal(CELLS.map(cellName))
  })

  it('names the versions of Node.js that npm run test:nodes runs', async () => {
    const script = await readFile('scripts/test-nodes.sh', 'utf8')
    const run = /for version in (.*);/.exec(script)?.[1]?.split(' ')
    const named = /on Node\.js (.*), the newest/.exec(page)?.[1]?.split(/, | and /)
    expect(named).to.deep.equal(run)
  })
})

/** The ✓s, by row and column. */
function checkedCells(): string[] {
  const cells: string[] = []
  let columns: string[] = []
  for (const line of page.split('\n')) {
    const [name, ...marks] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    if (name === '') columns = marks
    for (const [index, mark] of marks.entries()) if (mark === '✓') cells.push(`${name}, ${columns[index]}`)
  }
  return cells
}
