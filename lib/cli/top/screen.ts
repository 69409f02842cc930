import { stripVTControlCharacters } from 'node:util'
import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { clockTime, count, duration, grouped, printable, rate, short, table } from '../text.js'
import type { Row } from './fleet.js'

const HEAD = ['INSTANCE', 'NAME', 'HOST', 'PID', 'VERSION', 'UP', 'EVENTS/S', 'LAST', 'DELAY', 'HEARD']
const NUMBERS = [3, 5, 6, 7, 8, 9]

/** Lines of the screen that are no instances: the empty one in which the cursor is, too. */
const FRAME = 6

const HOME = '\u001b[H'
const CLEAR = '\u001b[2J'
const ERASE_LINE = '\u001b[K'
const ERASE_BELOW = '\u001b[J'

export interface View {
  readonly place: Place
  readonly rows: readonly Row[]
  /** Events that were not received here. */
  readonly missed: number
  readonly isAway: boolean
}

/** Draws the fleet: over what was drawn before on a terminal, below it elsewhere. */
export class Screen {
  readonly #terminal: Terminal
  readonly #inPlace: boolean
  #isDrawn = false

  constructor(terminal: Terminal, inPlace: boolean) {
    this.#terminal = terminal
    this.#inPlace = inPlace && terminal.isTerminal
  }

  draw(view: View): void {
    const { write, rows, columns } = this.#terminal
    const lines = this.#lines(view, this.#inPlace ? rows - FRAME : Number.POSITIVE_INFINITY)
    if (!this.#inPlace) write(`${this.#isDrawn ? '\n' : ''}${lines.join('\n')}\n`)
    else {
      const start = this.#isDrawn ? HOME : CLEAR + HOME
      const fitting = lines.slice(0, rows - 1).map((line) => cut(line, columns) + ERASE_LINE)
      write(`${start}${fitting.join('\n')}\n${ERASE_BELOW}`)
    }
    this.#isDrawn = true
  }

  #lines({ place, rows, missed, isAway }: View, most: number): string[] {
    const { bold, dim, red } = this.#terminal.colors
    const perSecond = rows.reduce((sum, row) => sum + row.rate, 0)
    const facts = [count(rows.length, 'instance'), `${rate(perSecond, 1)} events/s`]
    if (missed > 0) facts.push(red(`${grouped(missed)} missed here`))
    if (isAway) facts.push(red('the broker is away'))
    const shown = table([HEAD, ...rows.map(cells)], NUMBERS).slice(0, 1 + Math.max(1, most))
    const [head = '', ...body] = this.#inPlace
      ? shown.map((line) => cut(line, this.#terminal.columns))
      : shown
    const hidden = rows.length - body.length
    return [
      `${bold(place.uri)} ${dim(`with the key ${place.key}, at ${clockTime(new Date()).slice(0, 8)}`)}`,
      facts.join(', '),
      '',
      dim(head),
      ...body,
      ...(hidden > 0 ? [dim(`and ${hidden} more`)] : [])
    ]
  }
}

/** A line that would go on in the next one is shortened, without its colors. */
function cut(line: string, columns: number): string {
  const text = stripVTControlCharacters(line)
  return text.length > columns ? text.slice(0, columns) : line
}

function cells({ origin, name, host, pid, version, age, rate: events, last, delay, heard }: Row): string[] {
  const text = (value: string | undefined) => (value ? printable(value) : '-')
  return [
    short(origin),
    text(name),
    text(host),
    pid === undefined ? '-' : String(pid),
    text(version),
    duration(age),
    rate(events, 1),
    grouped(last),
    `${grouped(delay)} ms`,
    `${duration(heard)} ago`
  ]
}
