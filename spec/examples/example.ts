import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { Daemon } from '../support/brokers/daemon.js'
import { snippetsOf } from '../support/snippets.js'

/** An example's folder, whose README says how it is run and what it prints then. */
export class Example {
  constructor(readonly folder: string) {}

  get path(): string {
    return `examples/${this.folder}`
  }

  /** The last command of the README, and the output that it shows. */
  async readme(): Promise<{ command: string; output: string }> {
    const snippets = await snippetsOf(`${this.path}/README.md`)
    const commands = snippets.filter(({ language }) => language === 'sh').flatMap(({ code }) => lines(code))
    const output = snippets.find(({ language }) => language === 'text')?.code ?? ''
    return { command: commands.at(-1) ?? '', output: output.trim() }
  }

  /** Runs the command of the README as a user does, from the root of the repository, and compares what it prints. */
  async expectOutput(env: Record<string, string> = {}): Promise<void> {
    const { command, output } = await this.readme()
    const [program, ...args] = command.split(' ')
    expect(program, `the command of ${this.path}/README.md`).to.equal('node')
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const alarm = setTimeout(() => child.kill('SIGKILL'), 150_000)
    const closed = once(child, 'close')
    const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code, signal] = await closed
    clearTimeout(alarm)
    expect({ printed: printed.trim(), errors, code, signal }).to.deep.equal({
      printed: output,
      errors: '',
      code: 0,
      signal: null
    })
  }

  /** Starts a program of the example that doesn't end by itself. Resolves when it prints what matches `ready`. */
  start(file: string, ready: RegExp, env: Record<string, string> = {}, ...args: string[]): Promise<Daemon> {
    return startProgram(process.execPath, [`${this.path}/${file}`, ...args], ready, env)
  }
}

/** The program ends with this process, whatever that ends by. */
export function startProgram(
  file: string,
  args: string[],
  ready: RegExp,
  env: Record<string, string> = {}
): Promise<Daemon> {
  const killer = 'kill -s KILL -- "-$group"'
  return Daemon.start({ file, args, env, files: {}, killer }, '', ready)
}

export const readText = (file: string) => readFile(file, 'utf8')

const lines = (code: string) => code.trim().split('\n')
