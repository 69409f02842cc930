import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { built } from './built.js'
import type { Effort, Load } from './load.js'
import { mean } from './rounds.js'
import { type Contestant, now, type Role } from './sides/side.js'
import type { CommandName, Commands, Job, Usage } from './worker.js'

/** What takes longer is given up, in ms. */
const PATIENCE = 60_000
/** The same for the start of each process. */
const START = 5000
/** Until all processes know what to do, in ms. */
const LEAD = 300

class Worker {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #calls = 0

  constructor(script: string, isTalkative = false) {
    this.#process = fork(script, {
      execArgv: process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [],
      stdio: ['ignore', 'inherit', isTalkative ? 'ignore' : 'inherit', 'ipc']
    })
    this.#process.on('message', ({ id, result, error }: { id: number; result: unknown; error?: string }) => {
      const call = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) call?.resolve(result)
      else call?.reject(new Error(error))
    })
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`a process of the fleet ended with ${code}`))
      this.#waiting.clear()
    })
  }

  call<Name extends CommandName>(
    name: Name,
    ...args: Parameters<Commands[Name]>
  ): ReturnType<Commands[Name]> {
    const id = ++this.#calls
    const result = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send({ id, name, args }, (error) => {
        if (error) reject(error) // the process has ended
      })
    })
    return result as ReturnType<Commands[Name]>
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const gone = once(this.#process, 'exit')
    this.call('stop').catch(() => {})
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(timer)
  }
}

/** What one run of a job took. */
export interface Run {
  /** From the first call until all receivers had all, in s. */
  seconds: number
  /** CPU of the sender and of all receivers, in s. */
  senderCpu: number
  receiverCpu: number
}

/** Events of the whole fleet: so many a second for so many ms. */
export interface FleetLoad {
  rate: number
  lasts: number
  oneSender?: boolean
  /** Whether the calls have the params of one; otherwise none. */
  websocket?: boolean
}

export interface FleetOptions {
  contestant: Contestant
  uri: string
  /** Where the sender connects to, if elsewhere. */
  senderUri?: string
  receivers: number
  /** Of the receivers; by default they listen. */
  role?: Role
}

/** One instance that makes events and some that receive them, each a process. */
export class Fleet {
  private constructor(
    readonly contestant: Contestant,
    readonly sender: Worker,
    readonly receivers: readonly Worker[]
  ) {}

  static async start(options: FleetOptions): Promise<Fleet> {
    const { contestant, uri, senderUri = uri, receivers, role = 'listens' } = options
    const script = await built('worker.ts')
    const key = `bench-${randomUUID()}`
    const fleet = new Fleet(
      contestant,
      new Worker(script),
      // Some drivers print each event that nobody can take.
      Array.from({ length: receivers }, () => new Worker(script, role === 'lacks the service'))
    )
    const starts = fleet.receivers.map((worker, index) =>
      worker.call('start', { contestant, key, self: index + 1, uri, role })
    )
    starts.push(fleet.sender.call('start', { contestant, key, self: 0, uri: senderUri, role: 'listens' }))
    try {
      await limited(Promise.all(starts), `${contestant} starts`, PATIENCE + START * fleet.all.length)
      await limited(
        fleet.#probe(role === 'listens' ? fleet.all : [fleet.sender]),
        `${contestant} is connected`
      )
      return fleet
    } catch (error) {
      await fleet.stop()
      throw error
    }
  }

  get all(): Worker[] {
    return [this.sender, ...this.receivers]
  }

  async run(job: Job): Promise<Run> {
    await Promise.all(this.all.map((worker) => worker.call('expect', job.count)))
    const before = await this.usage()
    const [startedAt, ...arrivals] = await limited(
      Promise.all([
        this.sender.call('make', job),
        ...this.receivers.map((receiver) => receiver.call('whole'))
      ]),
      `${this.contestant} has sent and received ${job.count} events`
    )
    const after = await this.usage()
    const cpu = after.map((usage, index) => (usage.cpu - (before[index]?.cpu ?? 0)) / 1e6)
    return {
      seconds: (Math.max(...arrivals) - startedAt) / 1e9,
      senderCpu: cpu[0] ?? 0,
      receiverCpu: cpu.slice(1).reduce((sum, one) => sum + one, 0)
    }
  }

  /** Each makes so many events, and all receive all. */
  async together(job: Job): Promise<void> {
    const count = job.count * this.all.length
    await Promise.all(this.all.map((worker) => worker.call('expect', count)))
    await limited(
      Promise.all(this.all.flatMap((worker) => [worker.call('make', job), worker.call('whole')])),
      `${this.contestant} has sent and received ${count} events`
    )
  }

  /** Each at its share of the rate, evenly one after another, or one sender alone. */
  async underLoad(load: FleetLoad): Promise<Effort[]> {
    const { rate, lasts, oneSender = false, websocket = false } = load
    const { all } = this
    const startsAt = now() + LEAD * 1e6
    const loads = all.map((_, index) => {
      if (oneSender) return { startsAt, lasts, websocket, rate: index === 0 ? rate : 0, phase: 0 }
      return { startsAt, lasts, websocket, rate: rate / all.length, phase: index / all.length }
    })
    const efforts = all.map((worker, index) => worker.call('underLoad', loads[index] as Load))
    return limited(Promise.all(efforts), `${this.contestant} has made ${rate} events a second`)
  }

  /** Waits until what is still under way has come. */
  async calm(): Promise<void> {
    const endsAt = performance.now() + PATIENCE
    for (let before = '', after = '-'; before !== after && performance.now() < endsAt; ) {
      before = after
      await delay(1000)
      after = `${await Promise.all(this.all.map((worker) => worker.call('arrived')))}`
    }
  }

  usage(): Promise<Usage[]> {
    return Promise.all(this.all.map((worker) => worker.call('usage')))
  }

  /** Resident memory of an instance, in MB, after a second. */
  async memory(): Promise<number> {
    await delay(1000)
    return mean((await this.usage()).map(({ rss }) => rss / 1e6))
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.stop()))
  }

  /** Not every contestant tells truly when it is connected. */
  async #probe(listening: readonly Worker[]): Promise<void> {
    for (let isLive = this.receivers.length === 0; !isLive; ) {
      await this.sender.call('probe')
      await delay(100)
      isLive = (await Promise.all(listening.map((worker) => worker.call('probed')))).every(Boolean)
    }
    await delay(300)
  }
}

async function limited<Result>(result: Promise<Result>, what: string, most = PATIENCE): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${most / 1000} s until ${what}`)), most)
  })
  try {
    return await Promise.race([result, timeout])
  } finally {
    clearTimeout(timer)
  }
}
