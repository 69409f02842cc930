import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pico from 'picocolors'
import { run } from '../../lib/cli/program.js'
import type { Terminal } from '../../lib/cli/terminal.js'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** What a command wrote, and how it ended. */
export interface Outcome {
  code: number
  output: string
  errors: string
}

/** A command that runs in this process. */
export interface Running extends Outcome {
  /** The same as a signal that ends with that exit code. */
  interrupt(code: number): void
  /** The reader of its output reads no more, and goes on. */
  stall(): void
  readOn(): void
  ended: Promise<Outcome>
  /** What it wrote with `--json` so far, a document each. */
  documents(): Record<string, unknown>[]
}

export interface Setting {
  env?: Record<string, string>
  input?: string
  isTerminal?: boolean
  columns?: number
  rows?: number
  /** That of `compiledCommand()`. */
  program?: string
}

/** Starts a command in this process. */
export function start(
  args: readonly string[],
  { env = {}, input = '', isTerminal = false, columns = 120, rows = 10, program = '' }: Setting = {}
) {
  const end = new AbortController()
  let isBehind = false
  let catchUp: (() => void) | undefined
  const running: Running = {
    code: -1,
    output: '',
    errors: '',
    interrupt: (code) => end.abort(code),
    stall: () => {
      isBehind = true
    },
    readOn: () => {
      isBehind = false
      catchUp?.()
    },
    ended: Promise.resolve({ code: -1, output: '', errors: '' }),
    documents: () =>
      running.output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
  }
  const write = (text: string) => {
    running.output += text
  }
  const terminal: Terminal = {
    env,
    program,
    colors: pico.createColors(false),
    isTerminal,
    columns,
    rows,
    signal: end.signal,
    get isBehind() {
      return isBehind
    },
    caughtUp: () =>
      new Promise((resolve) => {
        catchUp = resolve
      }),
    write,
    line: (text) => write(`${text}\n`),
    complain: (text) => {
      running.errors += `${text}\n`
    },
    input: async () => input
  }
  running.ended = run(args, terminal).then((code) => {
    running.code = code
    return running
  })
  return running
}

/** Runs a command in this process until it ends. */
export function command(args: readonly string[], setting?: Setting): Promise<Outcome> {
  return start(args, setting).ended
}

let built: Promise<string> | undefined
let folder: string | undefined

/** Starts a command as a process of its own, compiled once: that takes a tenth of the time. */
export async function spawnCommand(
  args: readonly string[],
  { env = {}, stdio = ['pipe', 'pipe', 'pipe'] as ('pipe' | 'ignore' | number)[] } = {}
): Promise<ChildProcess> {
  return spawn(process.execPath, [await compiledCommand(), ...args], {
    stdio,
    env: { ...process.env, NODE_PATH: join(PROJECT, 'node_modules'), ...env }
  })
}

/** The command as one file. */
export function compiledCommand(): Promise<string> {
  built ??= compile()
  return built
}

/** Removes what was compiled. */
export async function removeCommand(): Promise<void> {
  if (folder) await rm(folder, { recursive: true, force: true })
  built = folder = undefined
}

async function compile(): Promise<string> {
  folder = await mkdtemp(join(tmpdir(), 'feathers-sync-cli-'))
  const outfile = join(folder, 'cli.cjs')
  await build({
    entryPoints: [join(PROJECT, 'lib/cli.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    supported: { 'dynamic-import': false }, // NODE_PATH is for require()
    logLevel: 'silent'
  })
  return outfile
}
