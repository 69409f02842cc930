import { fork } from 'node:child_process'
import { once } from 'node:events'
import { built } from '../built.js'
import type { Figure } from '../rounds.js'
import type { Figures } from '../simulation/figures.js'
import { type Row, show } from '../table.js'

/** For the memory of a thousand instances in one process. */
const NODE_OPTIONS = ['--expose-gc', '--max-old-space-size=12000']

/** What fleets cost that are larger than a machine has room for, with a figure for each size. */
export async function simulated(sizes: readonly number[]): Promise<Row<string>[]> {
  const rows = new Map<string, Row<string> & { figures: Map<string, Figure> }>()
  for (const size of sizes) {
    for (const [work, unit, figure] of await simulate(size)) {
      const name = `${work} ${unit}`
      const row = rows.get(name) ?? { broker: '', work, unit, figures: new Map(), isRate: false }
      row.figures.set(`${size} instances`, Number.isNaN(figure) ? '–' : figure)
      rows.set(name, row)
    }
  }
  return [...rows.values()]
}

/** Each in a process of its own: its memory is measured. */
async function simulate(size: number): Promise<Figures> {
  const program = fork(await built('simulation/program.ts'), [`${size}`], {
    execArgv: NODE_OPTIONS,
    serialization: 'advanced' // a figure may be NaN
  })
  const all: Figures = []
  program.on('message', (figures: Figures) => {
    all.push(...figures)
    for (const [work, unit, figure] of figures)
      console.error(`  ${size} instances, ${work}: ${show(figure)} ${unit}`)
  })
  const [code] = await once(program, 'exit')
  if (code !== 0) console.error(`  ${size} instances: the simulation ended with ${code}`)
  return all
}
