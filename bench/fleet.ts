import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Contestant } from './sides/side.js'
import type { CommandName, Commands, Job, Usage } from './worker.js'

/** What takes longer is given up, in ms. */
const PATIENCE = 60_000

class Worker {
  readonly #process: ChildProcess = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx', ...(process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [])]
  })
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #calls = 0

  constructor() {
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
      this.#process.send({ id, name, args })
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

export interface FleetOptions {
  contestant: Contestant
  uri: string
  /** Where the sender connects to, if elsewhere. */
  senderUri?: string
  receivers: number
}

/** One instance that makes events and some that receive them, each a process. */
export class Fleet {
  private constructor(
    readonly contestant: Contestant,
    readonly sender: Worker,
    readonly receivers: readonly Worker[]
  ) {}

  static async start({ contestant, uri, senderUri = uri, receivers }: FleetOptions): Promise<Fleet> {
    const key = `bench-${randomUUID()}`
    const fleet = new Fleet(
      contestant,
      new Worker(),
      Array.from({ length: receivers }, () => new Worker())
    )
    const starts = fleet.all.map((worker, index) =>
      worker.call('start', { contestant, key, sends: index === 0, uri: index === 0 ? senderUri : uri })
    )
    try {
      await limited(Promise.all(starts), `${contestant} starts`)
      await limited(fleet.#probe(), `${contestant} is connected`)
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
    await Promise.all(this.receivers.map((receiver) => receiver.call('expect', job.count)))
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

  usage(): Promise<Usage[]> {
    return Promise.all(this.all.map((worker) => worker.call('usage')))
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((worker) => worker.stop()))
  }

  /** Not every contestant tells truly when it is connected. */
  async #probe(): Promise<void> {
    for (let isLive = this.receivers.length === 0; !isLive; ) {
      await this.sender.call('probe')
      await delay(100)
      isLive = (await Promise.all(this.receivers.map((receiver) => receiver.call('probed')))).every(Boolean)
    }
    await delay(300)
  }
}

async function limited<Result>(result: Promise<Result>, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it took longer than ${PATIENCE / 1000} s until ${what}`)),
      PATIENCE
    )
  })
  try {
    return await Promise.race([result, timeout])
  } finally {
    clearTimeout(timer)
  }
}
