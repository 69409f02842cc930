// Runs the conformance suite on each version of each broker with each client, and the specs in spec/brokers, which need more than
// npm test starts. What can't be run here is printed. Arguments select by parts of names: `npm run test:brokers -- Valkey amqplib`.
import { readdir } from 'node:fs/promises'
import { BROKERS, CELLS, type Cell, cellName } from './cells.js'
import { mocha } from './mocha.js'
import { findSources, type Supply } from './sources.js'
import { printTable, type Row } from './table.js'

const AT_ONCE = 3
const FOLDER = 'spec/brokers'

const words = process.argv.slice(2)
const isWanted = (name: string) => words.length === 0 || words.some((word) => name.includes(word))

async function runCell(cell: Cell, supply: Supply | undefined): Promise<Row> {
  const name = cellName(cell)
  if (!supply || 'reason' in supply) return { name, result: `not run: ${supply?.reason}` }
  const { passed, failed, skipped, report, seconds } = await mocha('spec/brokers/matrix/cell.ts', {
    MATRIX_CELL: `${CELLS.indexOf(cell)}`,
    MATRIX_SOURCE: JSON.stringify(supply.source)
  })
  const on = /^Ran on: (.*)$/m.exec(report)?.[1]
  return { name, on, seconds, passed, failed: failed + skipped } // nothing of it can be left out
}

async function runSpec(file: string): Promise<Row> {
  const { report, ...counts } = await mocha(file)
  for (const [line] of report.matchAll(/^not run: .*$/gm)) console.log(`${file}, ${line}`)
  return { name: file, ...counts }
}

const cells = CELLS.filter((cell) => isWanted(cellName(cell)))
const supplies = await findSources(BROKERS.filter((broker) => cells.some((cell) => cell.broker === broker)))
const files = (await readdir(FOLDER, { recursive: true })).map((file) => `${FOLDER}/${file}`)
const specs = files.filter((file) => file.endsWith('.spec.ts') && isWanted(file)).sort()

// what takes longest comes first
const order = ['amqp', 'redis', 'nats']
const jobs = [
  ...specs.map((file) => () => runSpec(file)),
  ...cells
    .sort((one, two) => order.indexOf(one.broker.adapter) - order.indexOf(two.broker.adapter))
    .map((cell) => () => runCell(cell, supplies.get(cell.broker)))
]
const rows: Row[] = []

async function work(): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) rows.push(await job())
}

await Promise.all(Array.from({ length: AT_ONCE }, work))
printTable(rows)
if (rows.length === 0 || rows.some(({ failed = 0 }) => failed > 0)) process.exitCode = 1
