import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import type { BrokerName, Options } from './options.js'
import type { Figure } from './rounds.js'
import type { Row } from './table.js'

/** A run as a file: what the figures of the documentation are made of. */
export interface Results {
  /** When the run started, ISO 8601. */
  date: string
  /** Of the library that was measured; with a `+` if there were changes that were not committed. */
  commit: string
  machine: string
  /** Of the last minute: before the run and after it. */
  load: number[]
  /** Of Node.js, the brokers, the drivers and feathers-sync 3. */
  versions: Record<string, string>
  command: string
  options: object
  /** How long the run took; 0 where it is not known. */
  seconds: number
  /** Where the rows come from, if the benchmark has not written the file itself. */
  source?: string
  rows: SavedRow[]
}

export interface SavedRow {
  broker: string
  work: string
  unit: string
  /** Is more better? */
  isRate: boolean
  /** Of each contestant, serializer or size of a fleet. */
  figures: Record<string, Figure>
}

const PROGRAMS: Record<BrokerName, [program: string, argument: string]> = {
  redis: ['redis-server', '--version'],
  amqp: ['rabbitmqctl', 'version'],
  nats: ['nats-server', '--version']
}
const PACKAGES = ['redis', 'amqplib', 'nats', '@feathersjs/feathers', 'feathers-sync-3']

export const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${process.platform}`

/** All of a run but its rows, and `seconds` is 0. */
export function startOfRun(options: Options): Results {
  const { save, help, ...told } = options
  const args = process.argv
    .slice(2)
    .filter((arg, index, all) => arg !== '--save' && all[index - 1] !== '--save')
  return {
    date: new Date().toISOString(),
    commit: commit(),
    machine,
    load: [load()],
    versions: versions(options.brokers),
    command: `npm run bench -- ${args.join(' ')}`.replace(/( --)? *$/, ''),
    options: told,
    seconds: 0,
    rows: []
  }
}

export async function save(path: string, run: Results, rows: readonly Row<string>[]): Promise<void> {
  const saved: Results = {
    ...run,
    load: [...run.load, load()],
    seconds: Math.round((Date.now() - Date.parse(run.date)) / 1000),
    rows: rows.map(({ figures, ...row }) => ({ ...row, figures: figuresOf(figures) }))
  }
  await writeFile(path, textOf(saved))
}

/** Each thing and each row in a line of its own. */
function textOf(run: Results): string {
  const { rows, ...head } = run
  const lines = Object.entries(head).map(([name, value]) => `  "${name}": ${JSON.stringify(value)},\n`)
  return `{\n${lines.join('')}  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`
}

export async function readResults(path: string | URL): Promise<Results> {
  return JSON.parse(await readFile(path, 'utf8'))
}

function figuresOf(figures: ReadonlyMap<string, Figure>): Record<string, Figure> {
  const rounded = (figure: Figure) => {
    if (typeof figure === 'string') return figure
    return Number.isNaN(figure) ? '–' : Number(figure.toPrecision(5))
  }
  return Object.fromEntries([...figures].map(([name, figure]) => [name, rounded(figure)]))
}

function load(): number {
  return Number((loadavg()[0] ?? Number.NaN).toFixed(1))
}

/** The last one of `lib`. */
function commit(): string {
  const changes = output('git', 'status', '--porcelain', '--', 'lib')
  return `${output('git', 'log', '-1', '--format=%h', '--', 'lib') || 'unknown'}${changes && '+'}`
}

function versions(brokers: readonly BrokerName[]): Record<string, string> {
  const all: Record<string, string> = { node: process.versions.node }
  for (const name of brokers) {
    const [program, argument] = PROGRAMS[name]
    all[program.replace(/ctl$/, '')] = /\d+(\.\d+)+/.exec(output(program, argument))?.[0] ?? 'unknown'
  }
  // Not by `require`: not every package exports it.
  for (const name of PACKAGES)
    all[name] = JSON.parse(
      readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')
    ).version
  return all
}

/** Empty if the program fails. */
function output(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}
