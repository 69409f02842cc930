import type { Figure } from './rounds.js'
import type { Contestant } from './sides/side.js'

/** One line of a table: what was done, and how long it took each contestant, or what else is compared. */
export interface Row<Name extends string = Contestant> {
  /** Empty where there is none. */
  broker: string
  work: string
  unit: string
  figures: ReadonlyMap<Name, Figure>
  /** Is more better, as of events a second? Else less is, as of time and bytes. */
  isRate: boolean
}

const HEAD_WITH_SECRET = [
  'broker',
  'work',
  'with a secret',
  'feathers-sync 4',
  'the same with a secret',
  'unit'
]

const HEAD = [
  'broker',
  'work',
  'against 3',
  'against raw',
  'feathers-sync 4',
  'feathers-sync 3',
  'raw driver',
  'unit'
]

/** The rows as a table in Markdown, with ratios: how many times better than the others this feathers-sync is. */
export function tableOf(rows: readonly Row[]): string {
  if (rows.some(({ figures }) => figures.has('sealed'))) return tableWithSecret(rows)
  const lines = rows.map(({ broker, work, unit, figures, isRate }) => {
    const [four, three, raw] = (['4', '3', 'raw'] as const).map((name) => figures.get(name))
    const ratios = [three, raw].map((other) => ratio(four, other, isRate))
    return [broker, work, ...ratios, ...[four, three, raw].map(show), unit]
  })
  return markdown(HEAD, lines)
}

/** The same for a run with and without a secret: how many times better it is with one. */
function tableWithSecret(rows: readonly Row[]): string {
  const lines = rows.map(({ broker, work, unit, figures, isRate }) => {
    const [open, sealed] = (['4', 'sealed'] as const).map((name) => figures.get(name))
    return [broker, work, ratio(sealed, open, isRate), show(open), show(sealed), unit]
  })
  return markdown(HEAD_WITH_SECRET, lines)
}

/** The rows as a table in Markdown with a column for each of what is compared, without ratios. */
export function columnsOf(rows: readonly Row<string>[]): string {
  const names = [...new Set(rows.flatMap(({ figures }) => [...figures.keys()]))]
  const lines = rows.map(({ work, unit, figures }) => [
    work,
    unit,
    ...names.map((name) => show(figures.get(name)))
  ])
  return markdown(['', 'unit', ...names], lines)
}

/** Names of columns of text, which are left-aligned. */
const TEXTS = ['', 'broker', 'work', 'unit', 'file', 'UTC', 'commit', 'command']

export function markdown(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const isText = (name: string) => TEXTS.includes(name)
  const rule = head.map((name) => (isText(name) ? '---' : '---:'))
  const lineOf = (cells: readonly string[]) => `|${cells.map((cell) => cell && ` ${cell}`).join(' |')} |`
  return [head, rule, ...lines].map(lineOf).join('\n')
}

export function ratio(own: Figure | undefined, other: Figure | undefined, isRate: boolean): string {
  if (typeof own !== 'number' || typeof other !== 'number') return '–'
  return `${short(isRate ? own / other : other / own)}×`
}

export function show(figure: Figure | undefined): string {
  return typeof figure === 'number' ? short(figure) : (figure ?? '–')
}

function short(value: number): string {
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en')
  return value.toPrecision(value < 1 ? 2 : 3)
}
