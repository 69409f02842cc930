import type { Figure } from './rounds.js'
import type { Contestant } from './sides/side.js'

/** One line of the table. */
export interface Row {
  broker: string
  work: string
  unit: string
  figures: ReadonlyMap<Contestant, Figure>
  /** Is more better, as of events a second? Else less is, as of time and bytes. */
  isRate: boolean
}

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
  const lines = rows.map(({ broker, work, unit, figures, isRate }) => {
    const [four, three, raw] = (['4', '3', 'raw'] as const).map((name) => figures.get(name))
    const ratios = [three, raw].map((other) => ratio(four, other, isRate))
    return [broker, work, ...ratios, ...[four, three, raw].map(show), unit]
  })
  const isText = (name: string) => ['broker', 'work', 'unit'].includes(name)
  const rule = HEAD.map((name) => (isText(name) ? '---' : '---:'))
  return [HEAD, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function ratio(own: Figure | undefined, other: Figure | undefined, isRate: boolean): string {
  if (typeof own !== 'number' || typeof other !== 'number') return '–'
  return `${short(isRate ? own / other : other / own)}×`
}

function show(figure: Figure | undefined): string {
  return typeof figure === 'number' ? short(figure) : (figure ?? '–')
}

function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value.toPrecision(value < 1 ? 2 : 3)
}
