import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { build } from 'esbuild'
import { io, type Socket } from 'socket.io-client'
import { Daemon } from '../support/brokers/daemon.js'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'

const run = promisify(execFile)

/** How long an answer may take, in ms: a process that was killed gives none. */
const ANSWER = 2000

interface Client {
  socket: Socket
  texts: string[]
  /** Makes an event. Resolves with the id of the process that the client is connected to. */
  create(text: string): Promise<number>
}

/** An example of several processes behind one port, in a folder of its own, and its clients. */
export class ClusterStage {
  readonly folder = join(import.meta.dirname, '../../.cache', `examples-${randomUUID()}`)
  readonly env: Record<string, string>
  readonly #clients: Client[] = []
  #daemon: Daemon | undefined

  private constructor(readonly port: number) {
    this.env = {
      PORT: `${port}`,
      WORKERS: '3',
      SYNC_KEY: randomUUID(),
      PM2_HOME: join(this.folder, 'pm2-home')
    }
  }

  /** The examples are bundled, as processes that start at once would compile them at once. */
  static async make(): Promise<ClusterStage> {
    const stage = new ClusterStage(await freePort())
    await mkdir(stage.folder, { recursive: true })
    await build({
      entryPoints: ['examples/cluster.mjs', 'examples/server.mjs'],
      outdir: stage.folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm'
    })
    await cp('examples/pm2', join(stage.folder, 'pm2'), { recursive: true })
    return stage
  }

  /** Starts the primary process; resolves when it says that the others listen. */
  async start(args: string[], ready: RegExp): Promise<Daemon> {
    // Its processes form a group, which ends with this process, whatever that ends by.
    const killer = 'kill -s KILL -- "-$group"'
    const command = { file: process.execPath, args, env: this.env, files: {}, killer }
    this.#daemon = await Daemon.start(command, this.folder, ready)
    return this.#daemon
  }

  /** Connects clients until each of three processes serves one; resolves with the ids of the processes. */
  async connectToAll(): Promise<number[]> {
    let pids: number[] = []
    const isComplete = async () => {
      pids = await Promise.all(this.#clients.map(({ create }) => create('who serves me?')))
      if (new Set(pids).size >= 3) return true
      const client = this.#connect()
      this.#clients.push(client)
      // Only one that another process serves is needed.
      const isNew = !pids.includes(await client.create('who serves me?'))
      if (!isNew) this.#clients.pop()?.socket.disconnect()
      return false
    }
    await eventually(isComplete, { timeout: 45_000, message: 'three processes' })
    return [...new Set(pids)]
  }

  /** One event of each client reaches each client once. */
  async expectEvents(): Promise<void> {
    const round = randomUUID()
    const sent = this.#clients.map((_, index) => `${round} ${index}`).sort()
    await Promise.all(this.#clients.map(({ create }, index) => create(`${round} ${index}`)))
    const received = () => this.#clients.map(({ texts }) => texts.filter((text) => text.startsWith(round)))
    await eventually(() => received().every((texts) => sent.every((text) => texts.includes(text))), {
      message: 'all events at all clients'
    })
    for (const texts of received()) expect(texts.sort()).to.deep.equal(sent)
  }

  /** The command lines of the processes that run now. */
  async processes(): Promise<string[]> {
    const { stdout } = await run('ps', ['-A', '-o', 'args='])
    return stdout.split('\n').filter((line) => line.includes(this.folder))
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#clients) socket.disconnect()
    await this.#daemon?.kill()
    await rm(this.folder, { recursive: true, force: true })
  }

  #connect(): Client {
    const socket = io(`http://127.0.0.1:${this.port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 100
    })
    const texts: string[] = []
    socket.on('messages created', ({ text }) => texts.push(text))
    const create = (text: string) =>
      new Promise<number>((resolve, reject) => {
        // What a timeout adds is an error in front of what the server answers.
        const onAnswer = (timeout: Error | null, error?: Error | null, message?: { pid: number }) =>
          message ? resolve(message.pid) : reject(timeout ?? error)
        socket.timeout(ANSWER).emit('create', 'messages', { text }, onAnswer)
      })
    return { socket, texts, create }
  }
}
