import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import pico from 'picocolors'

export type Colors = ReturnType<typeof pico.createColors>

/** Where a command reads and writes. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The file of the command itself, to be run as another process. */
  readonly program: string
  readonly colors: Colors
  /** Whether somebody looks at standard output, and lines can be drawn anew. */
  readonly isTerminal: boolean
  readonly columns: number
  readonly rows: number
  /** Aborted by Ctrl-C, SIGTERM, or a reader of standard output that has gone; the reason is the exit code. */
  readonly signal: AbortSignal
  /** Whether so much waits for the reader of standard output that what can be left out should be. */
  readonly isBehind: boolean
  /** Resolves when nothing waits any more. Only to be called while it is behind. */
  caughtUp(): Promise<void>
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

/** For a reader of standard output, in bytes: what is written to a pipe waits in memory until it is read. */
const MOST_WAITING = 2 ** 20

/** What it takes of a process. Its `exitCode` is set where output is lost. */
export type Host = Pick<
  NodeJS.Process,
  'stdout' | 'stderr' | 'stdin' | 'env' | 'argv' | 'platform' | 'once' | 'exitCode'
>

/** That of a process. */
export function processTerminal(host: Host = process): Terminal {
  const { stdout, stderr, stdin, env, argv, platform } = host
  const end = new AbortController()
  for (const [signal, code] of Object.entries(SIGNALS)) {
    host.once(signal, () => end.abort(code)) // the second one ends the process at once
  }
  let isRead = true
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    isRead = false
    const isFailure = code !== 'EPIPE' // otherwise its reader has seen enough
    if (isFailure) {
      host.exitCode = 1
      complain(`feathers-sync: could not write to standard output: ${message}`)
    }
    end.abort(Number(isFailure))
  })
  stderr.on('error', () => end.abort(0))
  const complain = (text: string) => void stderr.write(`${text}\n`)
  const write = (text: string) => {
    if (isRead) stdout.write(text)
  }
  // Where `TERM` is unset nobody has said what the terminal can do, but for Windows, which has none.
  const isCapable = env.TERM ? env.TERM !== 'dumb' : platform === 'win32'
  const isTerminal = stdout.isTTY === true && isCapable
  return {
    env,
    program: argv[1] ?? '',
    // a boolean: picocolors decides for itself at `undefined`, and colors a pipe where CI or FORCE_COLOR is set
    colors: pico.createColors(isTerminal && !env.NO_COLOR),
    isTerminal,
    get columns() {
      return stdout.columns || 80
    },
    get rows() {
      return stdout.rows || 24
    },
    signal: end.signal,
    get isBehind() {
      return stdout.writableLength > MOST_WAITING
    },
    caughtUp: () => new Promise((resolve) => stdout.once('drain', resolve)),
    write,
    line: (text) => write(`${text}\n`),
    complain,
    input: () => text(addAbortSignal(end.signal, stdin))
  }
}
