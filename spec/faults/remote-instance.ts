import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { SyncOptions } from '../../lib/index.js'
import { bundle } from '../support/bundle.js'
import { eventually } from '../support/eventually.js'
import { FAREWELL, type Making, type Measures, type Order, type Orders, type Report } from './protocol.js'

/** How long a fleet on a busy machine may take to be as it should, in ms. */
export const PATIENCE = 60_000

/** How long an instance may take to leave and end, in ms: `close()` takes 3 s at most. */
const LEAVE_LIMIT = 6000

const PROGRAM = new URL('./instance.ts', import.meta.url)
const CLOCK = new URL('../support/shifted-clock.mjs', import.meta.url).href

/** An instance in a process of its own. */
export class RemoteInstance {
  readonly name: string
  /** Resolves when it takes orders. */
  readonly started: Promise<void>
  /** Was it told to end, or killed, by the test? */
  isDone = false
  readonly #child: ChildProcess
  readonly #answers = new Map<number, (value: never) => void>()
  readonly #gone: Promise<number | null>
  #orders = 0

  /** @param clockOffsets by how many ms its clock is wrong: at first, and after each `setClock()` */
  constructor(name: string, options: SyncOptions, clockOffsets?: readonly number[]) {
    this.name = name
    this.started = new Promise((resolve) => this.#answers.set(0, resolve))
    this.#child = fork(bundle(PROGRAM), [JSON.stringify({ ...options, name })], {
      execArgv: clockOffsets ? [`--import=${CLOCK}`] : [],
      env: { ...process.env, CLOCK_OFFSETS: `${clockOffsets ?? 0}` },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc']
    })
    this.#child.on('error', () => {}) // an order to one that has just died: `#tell` rejects
    this.#child.on('message', ({ id, value }: { id: number; value: never }) => {
      this.#answers.get(id)?.(value)
      this.#answers.delete(id)
    })
    this.#gone = once(this.#child, 'exit').then(([code]) => code)
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when the instance has connected. */
  ready(): Promise<void> {
    return this.#tell('ready')
  }

  /** Resolves when the events are made. */
  make(count: number, how: Omit<Making, 'count'> = {}): Promise<void> {
    return this.#tell('make', { count, ...how })
  }

  report(): Promise<Report> {
    return this.#tell('report')
  }

  measure(): Promise<Measures> {
    return this.#tell('measure')
  }

  reconnect(): Promise<void> {
    return this.#tell('reconnect')
  }

  /** Waits until its report is so. */
  async until(holds: (report: Report) => boolean): Promise<void> {
    const message = `${this.name} to report ${holds}`
    await eventually(async () => holds(await this.report()), { timeout: PATIENCE, message })
  }

  /** Waits until it has lost its connection. */
  async away(): Promise<void> {
    await this.until(({ status }) => status === 'reconnecting')
  }

  /** Stops the process as a debugger or a laptop's lid does, until `wake()`. */
  sleep(): void {
    this.#child.kill('SIGSTOP')
  }

  wake(): void {
    this.#child.kill('SIGCONT')
  }

  /** Sets its clock to the next of its offsets. */
  setClock(): void {
    this.#child.kill('SIGUSR2')
  }

  /** Ends it as a deploy does, by a SIGTERM; resolves with its last report. */
  async terminate(): Promise<Report> {
    this.isDone = true
    const farewell = new Promise<Report>((resolve) => this.#answers.set(FAREWELL, resolve))
    const alarm = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_LIMIT)
    try {
      this.#child.kill('SIGTERM')
      const code = await this.#gone
      if (code !== 0) throw new Error(`${this.name} has ended with the code ${code}`)
      return await farewell
    } finally {
      clearTimeout(alarm)
    }
  }

  /** Resolves with the exit code when it has left and ended by itself; rejects, or with none, where that takes too long. */
  async end(): Promise<number | null> {
    this.isDone = true
    const alarm = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_LIMIT)
    try {
      await this.#tell('teardown')
      this.#child.disconnect()
      return await this.#gone
    } finally {
      clearTimeout(alarm)
    }
  }

  async kill(): Promise<void> {
    this.isDone = true
    if (this.isAlive) this.#child.kill('SIGKILL')
    await this.#gone
  }

  async #tell<Name extends keyof Orders>(order: Name, making: Making = { count: 0 }): Promise<Orders[Name]> {
    const id = ++this.#orders
    const answer = new Promise<Orders[Name]>((resolve) => this.#answers.set(id, resolve))
    const died = this.#gone.then(() => {
      throw new Error(`${this.name} has ended`)
    })
    this.#child.send({ id, order, making } satisfies Order)
    return await Promise.race([answer, died])
  }
}
