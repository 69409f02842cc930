import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { createInterface } from 'node:readline'
import { io, type Socket } from 'socket.io-client'

/** How long anything may take, in ms: to answer a call, to deliver an event, to end. */
export const PATIENCE = 8000

/** What all instances share. */
export interface Place {
  uri: string
  key: string
}

/** Hears all that happens in the fleet. */
export interface Observer {
  onEvent(client: string, event: string, record: { id: string }): void
  /** A line that an instance wrote. */
  onLine(instance: string, line: string): void
  /** An instance ended, and nobody asked it to. */
  onDeath(instance: string, how: string): void
}

/** A process that runs the application, and the two clients that are connected to it. */
export class Instance {
  readonly clients: Socket[] = []
  #leaving = false

  private constructor(
    readonly name: string,
    readonly process: ChildProcess
  ) {}

  /** Resolves when the instance is in sync and its clients are connected. */
  static async start(name: string, { uri, key }: Place, observer: Observer): Promise<Instance> {
    // TypeScript as it stands, or JavaScript that it was compiled to
    const program = new URL(`./instance${extname(import.meta.url)}`, import.meta.url)
    const child = fork(program, [uri, key], {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc']
    })
    const instance = new Instance(name, child)
    all.add(instance)
    if (child.stderr) createInterface(child.stderr).on('line', (line) => observer.onLine(name, line))
    const ended = once(child, 'exit').then(([code, signal]) => `${signal ?? `exit code ${code}`}`)
    const [answer] = await Promise.race([once(child, 'message'), ended.then((how) => [{ failure: how }])])
    if (answer.failure) throw new Error(`instance ${name} could not start: ${answer.failure}`)
    void ended.then((how) => instance.#leaving || observer.onDeath(name, how))
    for (const number of [1, 2]) await instance.#connect(`${name}${number}`, answer.port, observer)
    return instance
  }

  get clientNames(): string[] {
    return [`${this.name}1`, `${this.name}2`]
  }

  /** The first client calls a method of the `messages` service, as a browser would. */
  readonly call = async (method: string, ...args: unknown[]): Promise<void> => {
    const socket = this.clients[0] as Socket
    const [error] = await new Promise<unknown[]>((resolve) => {
      socket.timeout(PATIENCE).emit(method, 'messages', ...args, (...answer: unknown[]) => resolve(answer))
    })
    const what = `instance ${this.name} could not ${method}`
    if (error) throw new Error(`${what}: ${(error as Error).message}`)
  }

  /** As by `kill -9`: it has no time to say goodbye. */
  async kill(): Promise<void> {
    await this.#end(() => this.process.kill('SIGKILL'))
  }

  /** `app.teardown()`; the process then ends by itself. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.process.kill('SIGKILL'), PATIENCE)
    await this.#end(() => this.process.kill('SIGTERM'))
    clearTimeout(late)
  }

  async #end(how: () => unknown): Promise<void> {
    this.#leaving = true
    for (const client of this.clients) client.disconnect()
    const { exitCode, signalCode } = this.process
    const exit = exitCode === null && signalCode === null && once(this.process, 'exit')
    how()
    await exit
    all.delete(this)
  }

  async #connect(client: string, port: number, observer: Observer): Promise<void> {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false })
    this.clients.push(socket)
    socket.onAny((name: string, record) => {
      const [path, event = ''] = name.split(' ')
      if (path === 'messages') observer.onEvent(client, event, record)
    })
    await once(socket as never, 'connect')
  }
}

const all = new Set<Instance>()

/** Whatever happened: no process is left behind, nor the socket of a hub. */
export async function stopAll(): Promise<void> {
  await Promise.all([...all].map((instance) => instance.stop()))
}
