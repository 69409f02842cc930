import { text } from 'node:stream/consumers'
import pico from 'picocolors'

export type Colors = ReturnType<typeof pico.createColors>

/** Where a command reads and writes. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file of the command itself, to be run as another process. */
  readonly program: string
  readonly colors: Colors
  /** Whether somebody looks at standard output: lines can be drawn anew. */
  readonly isTerminal: boolean
  readonly columns: number
  readonly rows: number
  /** Aborted by Ctrl-C, SIGTERM, or a reader of standard output that has gone; the reason is the exit code. */
  readonly signal: AbortSignal
  /** Writes a line of the result. */
  line(text: string): void
  /** Writes to standard output as it is. */
  write(text: string): void
  /** Writes a line to standard error. */
  complain(text: string): void
  /** All of standard input. */
  input(): Promise<string>
}

/** The exit code of a process that a signal has ended, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** That of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process
  const end = new AbortController()
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => end.abort(code)) // the second one ends the process at once
  }
  let isRead = true
  for (const stream of [stdout, stderr]) {
    stream.on('error', () => {
      if (stream === stdout) isRead = false
      end.abort(0)
    })
  }
  const write = (text: string) => {
    if (isRead) stdout.write(text)
  }
  const isTerminal = stdout.isTTY === true
  return {
    env,
    program: process.argv[1] ?? '',
    // a boolean: picocolors decides for itself at `undefined`, and colors a pipe where CI or FORCE_COLOR is set
    colors: pico.createColors(isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'),
    isTerminal,
    get columns() {
      return stdout.columns || 80
    },
    get rows() {
      return stdout.rows || 24
    },
    signal: end.signal,
    write,
    line: (text) => write(`${text}\n`),
    complain: (text) => void stderr.write(`${text}\n`),
    input: () => text(stdin)
  }
}
