import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from '../support/eventually.js'

/** Four processes that compile what they import, on a machine that may have other things to do, in ms. */
export const STARTUP = 90_000

/** `npm run demo:web` with some options, as a process group of its own. */
export class DemoProcess {
  output = ''
  readonly closed: Promise<number | null>

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => {
        this.output += text
      })
    this.closed = once(child, 'close').then(([code]) => code)
  }

  static run(...args: string[]): DemoProcess {
    return DemoProcess.runWith({}, ...args)
  }

  /** With other environment variables. */
  static runWith(env: NodeJS.ProcessEnv, ...args: string[]): DemoProcess {
    const command = ['--import', 'tsx', 'demo/web/index.ts', ...args]
    return new DemoProcess(
      spawn(process.execPath, command, { detached: true, env: { ...process.env, ...env } })
    )
  }

  /** Resolves when the page can be opened. */
  static async start(...args: string[]): Promise<DemoProcess> {
    const demo = DemoProcess.run(...args)
    await eventually(
      () => {
        if (demo.child.exitCode !== null) throw new Error(demo.output)
        return /^Open /m.test(demo.output)
      },
      { timeout: STARTUP, message: 'the demo' }
    )
    return demo
  }

  get url(): string {
    return /http:\S+/.exec(this.output)?.[0] ?? ''
  }

  /** Of the instances. */
  get pids(): number[] {
    return [...this.output.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid))
  }

  /** As Ctrl-C: to all of the group. Resolves with the exit code. */
  interrupt(): Promise<number | null> {
    return this.end('SIGINT', true)
  }

  /** By a signal, to all of the group or to itself alone. Resolves with the exit code. */
  async end(signal: NodeJS.Signals, ofGroup: boolean): Promise<number | null> {
    const pid = this.child.pid as number
    if (this.child.exitCode === null) process.kill(ofGroup ? -pid : pid, signal)
    return await this.closed
  }
}
