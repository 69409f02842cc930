import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { Command } from './command.js'

const STARTUP = 60_000
const GRACE = 10_000
const KEPT_OUTPUT = 100_000

/** A broker's process. It never outlives this one, however this one ends. */
export class Daemon {
  /** Resolved when the process is no more. */
  readonly gone: Promise<void>
  private output = ''
  private readonly heard = new EventEmitter()
  private readonly guard: ChildProcessWithoutNullStreams

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    killer: string,
    folder: string
  ) {
    this.gone = once(child, 'close').then(() => {
      this.guard.kill('SIGKILL')
    })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => this.keep(text))
    child.stdin.on('error', () => {})
    this.guard = spawnGuard(child.pid, killer, folder)
  }

  static async start(command: Command, folder: string, ready: RegExp): Promise<Daemon> {
    // a process group of its own: Ctrl+C is for the tests, and the group can be killed as one
    const child = spawn(command.file, command.args, {
      env: { ...process.env, ...command.env },
      detached: true
    })
    await once(child, 'spawn')
    const daemon = new Daemon(child, command.killer, folder)
    const alarm = setTimeout(() => daemon.kill(), STARTUP)
    try {
      await daemon.hear(ready)
    } finally {
      clearTimeout(alarm)
    }
    return daemon
  }

  /** Its process group. */
  get group(): number | undefined {
    return this.child.pid
  }

  /** Waits until it says (or has said, within its latest output) something that matches. */
  async hear(pattern: RegExp): Promise<RegExpExecArray> {
    const gone = this.gone.then(() => {
      throw new Error(
        `${this.child.spawnfile} ended (${this.child.exitCode ?? this.child.signalCode}):\n${this.output.slice(-10_000)}`
      )
    })
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      await Promise.race([once(this.heard, 'output'), gone])
    }
  }

  /** What it has said is not heard any more. */
  forget(): void {
    this.output = ''
  }

  say(line: string): void {
    this.child.stdin.write(`${line}\n`)
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Asks it to end, and insists after a while. */
  async stop(): Promise<void> {
    this.signal('SIGTERM')
    const alarm = setTimeout(() => this.kill(), GRACE)
    await this.gone
    clearTimeout(alarm)
  }

  async kill(): Promise<void> {
    this.guard.stdin.end('keep the folder\n')
    await this.gone
  }

  private keep(text: string): void {
    this.output = (this.output + text).slice(-KEPT_OUTPUT)
    this.heard.emit('output')
  }
}

/** A shell that ends the broker on a word from us, or, with the folder, when we are no more and its input ends. */
function spawnGuard(
  group: number | undefined,
  killer: string,
  folder: string
): ChildProcessWithoutNullStreams {
  const script = `read word; ${killer} >/dev/null 2>&1; [ "$word" ] || rm -rf "$folder"`
  const guard = spawn('sh', ['-c', script], {
    env: { ...process.env, group: `${group}`, folder },
    detached: true
  })
  guard.stdin.on('error', () => {})
  return guard
}
