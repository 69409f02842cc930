import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./version-3.cjs', import.meta.url))

/** What a listener of the service `items` got. `isOwn`: its context had the app and the service of its own instance. */
export interface Heard {
  event: string
  data: unknown
  context?: Record<string, unknown> & { isOwn?: boolean }
}

interface Options {
  uri: string
  key?: string
  /** Configured by this name of it, without a `key` of ours. */
  adapter?: string
  /** It goes on where it gets what it can't read. */
  isTolerant?: boolean
}

/** An instance of the real feathers-sync 3.1.1, with its own drivers, in a process of its own. */
export class Version3 {
  readonly #child: ChildProcess
  readonly #questions = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  #orders = 0

  private constructor(options: Options) {
    this.#child = fork(SCRIPT, [JSON.stringify(options)], { execArgv: [] })
    this.#child.on('message', ({ id, value }: { id: number; value: never }) => {
      this.#questions.get(id)?.resolve(value)
      this.#questions.delete(id)
    })
    this.#child.on('exit', () => {
      for (const { reject } of this.#questions.values()) reject(new Error('feathers-sync 3 has ended'))
    })
  }

  /** Resolves when it has subscribed. */
  static async start(options: Options): Promise<Version3> {
    const instance = new Version3(options)
    await instance.#tell({ order: 'ready' })
    return instance
  }

  call(method: string, ...args: unknown[]): Promise<void> {
    return this.#tell({ order: 'call', method, args })
  }

  emit(event: string, data: unknown): Promise<void> {
    return this.#tell({ order: 'emit', event, data })
  }

  /** Its authentication service emits `created`. */
  login(): Promise<void> {
    return this.#tell({ order: 'login' })
  }

  /** What its listeners have got so far. */
  report(): Promise<Heard[]> {
    return this.#tell({ order: 'report' })
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
  }

  #tell<Answer>(order: object): Promise<Answer> {
    const id = ++this.#orders
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve: resolve as (value: never) => void, reject })
      this.#child.send({ ...order, id })
    })
  }
}
