import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile } from '../../spec/support/compile.js'
import type { Database } from './database.js'
import type { FromInstance, Losses, Note, Query, Report, ToInstance } from './protocol.js'

const SOURCE = fileURLToPath(new URL('./instance.ts', import.meta.url))
let folder: string | undefined

/** Compiled once, so that an instance is back within a second when it is started again. */
function compiledProgram(): string {
  folder ??= compile([SOURCE], { packages: 'bundle' })
  return join(folder, 'instance.mjs')
}

/** How long an instance may take to end, in ms; then it is killed. */
const PATIENCE = 4000

export interface Place {
  uri: string
  key: string
}

/** Hears what happens to an instance. */
export interface Observer {
  /** Its state, its port or its report has changed. */
  onChange(): void
  onNote(instance: string, note: Note): void
}

/** An instance of the application as a process, which can be killed and started again on the same port. */
export class InstanceProcess {
  state: 'starting' | 'running' | 'dead' = 'dead'
  report: Report | undefined
  #child: ChildProcess | undefined
  #ended = Promise.resolve()
  #hasRun = false

  /** @param port 0: any free one, which it then keeps */
  constructor(
    readonly name: string,
    public port: number,
    private readonly place: Place,
    private readonly database: Database,
    private readonly observer: Observer
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /**
   * Resolves when it is in sync and clients can connect, or it has ended.
   *
   * @throws Error that says why it could not start
   */
  async start(): Promise<void> {
    if (this.#child) return
    const { name, port, place } = this
    const child = fork(compiledProgram(), [name, place.uri, place.key, `${port}`], { execArgv: [] })
    this.#child = child
    this.#become('starting')
    child.on('error', () => {}) // what is sent to a process that has just ended
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.#ended = ended.then(() => {
      this.#child = undefined
      this.#become('dead')
    })
    const listening = new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromInstance) => {
        const failure = this.#failure(message)
        if (failure !== undefined) reject(new Error(failure))
        this.#take(message)
        if (message.type === 'listening') resolve()
      })
    })
    try {
      await Promise.race([listening, this.#ended])
    } catch (error) {
      await this.kill()
      throw error
    }
  }

  /** As by `kill -9`: it sends nothing more. */
  async kill(): Promise<void> {
    await this.#end(() => this.#child?.kill('SIGKILL'))
  }

  /** Gracefully: what waits is sent before. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), PATIENCE)
    await this.#end(() => this.#child?.kill('SIGTERM'))
    clearTimeout(late)
  }

  lose(losses: Losses): void {
    this.#tell({ type: 'lose', losses })
  }

  async #end(how: () => unknown): Promise<void> {
    how()
    await this.#ended
  }

  #take(message: FromInstance): void {
    switch (message.type) {
      case 'query':
        this.#tell({ type: 'answer', id: message.id, ...this.#answer(message.query) })
        break
      case 'listening':
        this.port = message.port
        this.#hasRun = true
        this.#become('running')
        break
      case 'report':
        this.report = message.report
        this.observer.onChange()
        break
      case 'note':
        this.observer.onNote(this.name, message.note)
    }
  }

  /** At the very first start an error is the user's to fix: a wrong password, no broker at all. Later it may be the page's doing. */
  #failure(message: FromInstance): string | undefined {
    if (message.type === 'failure') return message.text
    const isNote = message.type === 'note' && message.note.kind === 'error'
    return isNote && !this.#hasRun ? (message.note as { text: string }).text : undefined
  }

  #answer({ method, args }: Query): { result?: unknown; error?: string } {
    try {
      return { result: (this.database[method] as (...args: unknown[]) => unknown).apply(this.database, args) }
    } catch (error) {
      return { error: (error as Error).message }
    }
  }

  #tell(message: ToInstance): void {
    if (this.#child?.connected) this.#child.send(message, () => {}) // why not: it has just been killed
  }

  #become(state: InstanceProcess['state']): void {
    this.state = state
    if (state === 'dead') this.report = undefined
    this.observer.onChange()
  }
}
