import { fork } from 'node:child_process'
import { once } from 'node:events'
import { built } from '../built.js'
import type { Figures } from '../simulation/figures.js'

/** For the memory of a thousand instances in one process. */
const NODE_OPTIONS = ['--expose-gc', '--max-old-space-size=12000']

/** What fleets cost that are larger than a machine has room for: a table in Markdown with a column for each size. */
export async function simulated(sizes: readonly number[]): Promise<string> {
  const rows = new Map<string, string[]>()
  for (const size of sizes) {
    for (const [work, unit, figure] of await simulate(size)) {
      const name = `${work} | ${unit}`
      rows.set(name, [...(rows.get(name) ?? []), short(figure)])
    }
  }
  const head = ['simulated', 'unit', ...sizes.map((size) => `${size} instances`)]
  const rule = ['---', '---', ...sizes.map(() => '---:')]
  const lines = [...rows].map(([name, figures]) => [name, ...figures])
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
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
      console.error(`  ${size} instances, ${work}: ${short(figure)} ${unit}`)
  })
  const [code] = await once(program, 'exit')
  if (code !== 0) console.error(`  ${size} instances: the simulation ended with ${code}`)
  return all
}

function short(value: number): string {
  if (Number.isNaN(value)) return '–'
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en')
  return value.toPrecision(value < 1 ? 2 : 3)
}
