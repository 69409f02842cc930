import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { bundle } from '../support/bundle.js'
import type { TcpProxy } from '../support/proxy.js'
import type { Account, Window } from './account.js'
import type { Ledger } from './ledger.js'
import { CLOSE_TIMEOUT, type Message, now, type Order, type Setup } from './protocol.js'

const PROGRAM = new URL('./program.ts', import.meta.url)

/** Who has begun to leave is gone in so many ms, what a busy machine adds included. */
const LEAVING = CLOSE_TIMEOUT + 7000
/** How long a process on a busy machine may take until it begins to leave, in ms. */
const PATIENCE = 60_000
/** Bytes. */
const MAX_RSS = 500 * 1024 * 1024
/** What is kept of its standard error, in characters. */
const KEPT = 20_000

/** A process of the soak, and its network. */
export class Member {
  readonly account: Account
  /** Resolves when it has ended, and all it had said is known. */
  readonly gone: Promise<void>
  /** Resolves when it makes no more events. */
  readonly paused: Promise<void>
  isHub = false
  /** Is it the process of a slot, awake and staying? */
  isSound = true
  maxRss = 0
  readonly #child: ChildProcess
  readonly #ledger: Ledger
  #errors = ''
  #isKilled = false
  #alarm?: NodeJS.Timeout
  #onPaused = () => {}

  constructor(
    ledger: Ledger,
    name: string,
    setup: Setup,
    readonly proxy?: TcpProxy
  ) {
    this.#ledger = ledger
    this.account = ledger.open(setup.id, name)
    this.paused = new Promise((resolve) => {
      this.#onPaused = resolve
    })
    this.#child = fork(bundle(PROGRAM), [JSON.stringify(setup)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc']
    })
    this.#child.on('error', () => {}) // an order to one that has just died
    this.#child.on('message', (message: Message) => this.#take(message))
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#errors = (this.#errors + text).slice(0, KEPT)
    })
    if (setup.events !== undefined) this.#limit(PATIENCE)
    this.gone = once(this.#child, 'close').then(([code, signal]) => this.#onGone(code, signal))
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Whether it is connected; else since when it is not, and what it printed last. */
  get state(): string {
    const { name, status: [at, status] = [] } = this.account
    const since = at === undefined ? '' : ` for ${Math.round(now() - at)} ms`
    return `${name} is ${status}${since}, and printed: ${this.#errors.slice(-1000)}`
  }

  tell(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {})
  }

  async kill(): Promise<void> {
    this.#isKilled = true
    this.isSound = false
    this.account.end ??= { how: 'killed', at: now() }
    this.#child.kill('SIGKILL')
    await this.gone
  }

  async leave(): Promise<void> {
    this.isSound = false
    this.#limit(PATIENCE)
    this.tell('leave')
    await this.gone
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.#child.kill(name)
  }

  /** Notes that something is done to it, until the window is closed. */
  disturb(): Window {
    const window: Window = { from: now() }
    this.account.windows.push(window)
    return window
  }

  #take(message: Message): void {
    const [ledger, account] = [this.#ledger, this.account]
    switch (message.kind) {
      case 'report':
        this.isHub = message.isHub
        this.maxRss = Math.max(this.maxRss, message.rss)
        ledger.report(account, message)
        break
      case 'origin':
        ledger.setOrigin(account, message.origin)
        break
      case 'ready':
        account.readyAt = message.at
        break
      case 'trouble':
        ledger.note('output', `${account.name}: ${message.text}`)
        break
      case 'leaving':
        account.isLeaving = true
        this.#limit(LEAVING)
        break
      case 'left':
        account.end ??= { how: 'left', at: message.at, unsent: message.unsent }
        break
      case 'paused':
        this.#onPaused()
    }
  }

  /** It has to be gone in so many ms. */
  #limit(ms: number): void {
    clearTimeout(this.#alarm)
    this.#alarm = setTimeout(() => {
      const { name, isLeaving, end } = this.account
      const text = isLeaving ? `${ms} ms after it began to leave` : `in ${ms} ms`
      const last = end ? `its sync was closed ${Math.round(now() - end.at)} ms ago` : 'its sync is not closed'
      this.#ledger.note(
        'alive',
        `${name} has not ended ${text}: ${last}. It printed: ${this.#errors.slice(-500)}`
      )
      void this.kill()
    }, ms)
  }

  #onGone(code: number | null, signal: string | null): void {
    clearTimeout(this.#alarm)
    const { account } = this
    this.isSound = false
    this.#onPaused()
    void this.proxy?.close()
    if (!this.#isKilled && (code !== 0 || account.end?.how !== 'left'))
      this.#ledger.note('alive', `${account.name} ended (${code ?? signal}): ${this.#errors.slice(-1000)}`)
    account.end ??= { how: 'killed', at: now() }
    const rss = Math.round(this.maxRss / 1024 / 1024)
    if (this.maxRss > MAX_RSS) this.#ledger.note('memory', `${account.name} had ${rss} MB`)
    this.#judgeOutput()
  }

  /** A line for the beginning and one for the end of each outage, and one for what could not be sent. */
  #judgeOutput(): void {
    const { name, windows } = this.account
    const lines = this.#errors.split('\n').filter(Boolean)
    const foreign = lines.filter((line) => !line.startsWith('feathers-sync: '))
    for (const line of foreign.slice(0, 5)) this.#ledger.note('output', `${name} printed: ${line}`)
    const outages = windows.length + this.#ledger.windows.length + 1
    if (lines.length <= 2 * outages + 1) return
    const text = `${name} printed ${lines.length} lines in ${outages} outages, such as: ${lines.slice(0, 4).join(' | ')}`
    this.#ledger.note('output', text)
  }
}
