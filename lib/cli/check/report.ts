import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { count } from '../text.js'
import type { Facts, Finding, Status } from './findings.js'

const WIDTH = 17

/** Shows findings as they are found, or all of them as one JSON document in the end. */
export class Report {
  readonly #place: Place
  readonly #terminal: Terminal
  readonly #json: boolean
  readonly #findings: Finding[] = []

  constructor(place: Place, terminal: Terminal, json: boolean) {
    this.#place = place
    this.#terminal = terminal
    this.#json = json
    if (json) return
    const { bold, dim } = terminal.colors
    terminal.line(`${bold(place.uri)} ${dim(`with the key ${place.key}`)}\n`)
  }

  get problems(): number {
    return this.#findings.filter(({ status }) => status === 'problem').length
  }

  add(finding: Finding): void {
    this.#findings.push(finding)
    if (this.#json) return
    const [first, ...more] = finding.text.split('\n')
    this.#terminal.line(`${this.#sign(finding.status)} ${finding.check.padEnd(WIDTH)}${first}`)
    if (finding.advice) more.push(`→ ${finding.advice}`)
    for (const line of more) this.#terminal.line(`${' '.repeat(WIDTH + 2)}${line}`)
  }

  end(facts: Facts & { version: string }): void {
    const { colors, line } = this.#terminal
    const { problems } = this
    if (this.#json) {
      const { uri, key, options } = this.#place
      const { version, ...found } = facts
      const document = { ok: problems === 0, version, uri, key, adapter: options.adapter, ...found }
      line(JSON.stringify({ ...document, findings: this.#findings }, undefined, 2))
    } else if (problems === 0) line(colors.green('\nNo problem was found.'))
    else line(colors.red(`\n${count(problems, 'problem')} found.`))
  }

  #sign(status: Status): string {
    const { green, yellow, red } = this.#terminal.colors
    return { ok: green('✓'), note: yellow('!'), problem: red('✗') }[status]
  }
}
