import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { BROKERS, type BrokerName } from '../options.js'
import { type Results, readResults, type SavedRow } from '../results.js'
import type { Figure } from '../rounds.js'
import { markdown, ratio, show } from '../table.js'
import { GROWTH, SECRET, SIMULATED, SUMMARY } from './chosen.js'

/** The committed runs, by the names of their files. */
export type Runs = ReadonlyMap<string, Results>

const FOLDER = new URL('../results/', import.meta.url)
const TITLES: Record<BrokerName, string> = { redis: 'Redis', amqp: 'RabbitMQ', nats: 'NATS' }
const PROGRAMS: Record<string, string> = {
  node: 'Node.js',
  'redis-server': 'Redis',
  rabbitmq: 'RabbitMQ',
  'nats-server': 'NATS',
  redis: 'the drivers redis',
  'feathers-sync-3': 'feathers-sync'
}
const CONTESTANTS = ['feathers-sync 4', '3.1.1', 'driver']

export async function committedRuns(): Promise<Runs> {
  const names = (await readdir(FOLDER)).map((file) => basename(file, '.json')).sort()
  const runs = names.map(async (name) => [name, await readResults(new URL(`${name}.json`, FOLDER))] as const)
  return new Map(await Promise.all(runs))
}

/** What stands in the pages, by the names of its places there. */
export function tablesOf(runs: Runs): Record<string, string> {
  const rows = (prefix: string) =>
    [...runs].filter(([name]) => name.startsWith(prefix)).flatMap(([, run]) => run.rows)
  const saturation = rows('saturation')
  const everyday = rows('everyday').map((row) => ({ ...row, work: row.work.replace('2 processes, ', '') }))
  const alone = (...works: string[]) =>
    works.flatMap((start) => saturation.filter(({ work }) => work.startsWith(start)))
  return {
    summary: summary(saturation, everyday),
    saturation: comparison(saturation.filter(({ broker }) => broker !== '')),
    everyday: comparison(everyday),
    ceiling: columns(alone('ceiling')),
    serializers: columns(alone('serialize', 'deserialize', 'size')),
    growth: growth(rows('growth')),
    simulated: columns(SIMULATED.flatMap((work) => rows('simulated').filter((row) => row.work === work))),
    unheard: contestants(rows('unheard')),
    secret: withSecret(rows('secret')),
    machine: machine(runs),
    runs: list(runs)
  }
}

/** Ratios alone, of what matters most. */
function summary(saturation: readonly SavedRow[], everyday: readonly SavedRow[]): string {
  const lines = SUMMARY.map(({ label, load, work }) => {
    const rows = load === 'saturation' ? saturation : everyday
    const cells = BROKERS.flatMap((broker) => {
      return cellsOf(rows.find((row) => row.broker === broker && row.work === work)).slice(1)
    })
    return [label, ...cells]
  })
  return markdown(['', ...BROKERS.flatMap((broker) => [`${TITLES[broker]}: 3.1.1`, 'driver'])], lines)
}

/** A line for each work: for each broker the figure of feathers-sync 4, and its ratios to the others. */
function comparison(all: readonly SavedRow[]): string {
  const lines = merged(all).map(([work, unit, rows]) => [
    work,
    unit,
    ...BROKERS.flatMap((broker) => cellsOf(rows.find((row) => row.broker === broker)))
  ])
  return markdown(['', 'unit', ...BROKERS.flatMap((broker) => [TITLES[broker], '3.1.1', 'driver'])], lines)
}

/** Of several sizes of fleets. */
function growth(all: readonly SavedRow[]): string {
  const copies = all.filter(({ work }) => work.endsWith('events/s: CPU of the broker')).map(forCopy)
  const rowsOfSizes = [...all, ...copies]
  const lines = GROWTH.flatMap((work) => {
    const rows = rowsOfSizes.filter((row) => row.work.endsWith(` processes, ${work}`))
    return rows.map((row, index) => {
      return [index === 0 ? work : '', row.unit, `${Number.parseInt(row.work, 10)}`, ...figuresOf(row)]
    })
  })
  return markdown(['', 'unit', 'processes', ...CONTESTANTS], lines)
}

/** What the broker takes for one event of one instance, from what it takes in a second. */
function forCopy(row: SavedRow): SavedRow {
  const [processes = 0, rate = 0] = (row.work.match(/\d+/g) ?? []).map(Number)
  const perCopy = (figure: Figure) =>
    typeof figure === 'number' ? (figure * 1000) / (processes * rate) : figure
  const figures = Object.entries(row.figures).map(([name, figure]) => [name, perCopy(figure)])
  return {
    ...row,
    work: `${row.work} for a copy`,
    unit: 'µs',
    figures: Object.fromEntries(figures)
  }
}

function contestants(rows: readonly SavedRow[]): string {
  const lines = rows.map((row) => [row.work, row.unit, ...figuresOf(row)])
  return markdown(['', 'unit', ...CONTESTANTS], lines)
}

/** For each broker the figure with a secret, and its ratio to that without. */
function withSecret(all: readonly SavedRow[]): string {
  const lines = SECRET.flatMap((work) => {
    const rows = all.filter((row) => row.work.replace('2 processes, ', '') === work)
    const cells = BROKERS.flatMap((broker) => {
      const row = rows.find((one) => one.broker === broker)
      return [show(row?.figures.sealed), ratio(row?.figures.sealed, row?.figures[4], row?.isRate ?? false)]
    })
    return [[work, rows[0]?.unit ?? '', ...cells]]
  })
  return markdown(['', 'unit', ...BROKERS.flatMap((broker) => [TITLES[broker], 'ratio'])], lines)
}

/** A column for each of what was measured, such as serializers. */
function columns(all: readonly SavedRow[]): string {
  const names = [...new Set(all.flatMap(({ figures }) => Object.keys(figures)))]
  const lines = merged(all).map(([work, unit, rows]) => {
    const figures: Record<string, Figure> = Object.assign({}, ...rows.map((row) => row.figures))
    return [work, unit, ...names.map((name) => show(figures[name]))]
  })
  return markdown(['', 'unit', ...names], lines)
}

/** In a sentence. */
function machine(runs: Runs): string {
  const [[, { machine, versions }]] = [...runs].filter(([name]) => name.startsWith('saturation')) as [
    [string, Results]
  ]
  const names = Object.entries(versions).map(([name, version]) => `${PROGRAMS[name] ?? name} ${version}`)
  return `${machine}; ${names.join(', ')}.`
}

function list(runs: Runs): string {
  const lines = [...runs].map(([name, { date, commit, command, source, load }]) => [
    `\`${name}.json\``,
    `${date.slice(0, 10)} ${date.slice(11, 16)}`,
    commit,
    `\`${command}\`${source ? `; ${source}` : ''}`,
    load.length > 0 ? load.map((one) => one.toFixed(1)).join(', ') : 'not known'
  ])
  return markdown(['file', 'UTC', 'commit', 'command', 'load average before and after'], lines)
}

/** Rows of the same work, whose names differ in a figure of one broker alone. */
function merged(all: readonly SavedRow[]): [work: string, unit: string, rows: SavedRow[]][] {
  const works = new Map<string, [string, string, SavedRow[]]>()
  for (const row of all) {
    const work = row.work.replace(/ \(without a sync: .*\)/, '')
    const known = works.get(work + row.unit) ?? [work, row.unit, []]
    known[2].push(row)
    works.set(work + row.unit, known)
  }
  return [...works.values()]
}

function cellsOf(row: SavedRow | undefined): string[] {
  if (row === undefined) return ['–', '–', '–']
  const { 4: own, 3: three, raw } = row.figures
  return [show(own), ...[three, raw].map((other) => against(own, other, row.isRate))]
}

function against(own: Figure | undefined, other: Figure | undefined, isRate: boolean): string {
  return typeof other === 'string' ? other : ratio(own, other, isRate)
}

function figuresOf({ figures }: SavedRow): string[] {
  return [figures[4], figures[3], figures.raw].map(show)
}
