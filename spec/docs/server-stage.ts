import { randomUUID } from 'node:crypto'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { freePort } from '../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { type ProgramOptions, ServerProgram } from './server-program.js'

/** Servers that run a page's code with a broker, port and key of our own, and their clients; for the tests of the current `describe`. */
export class ServerStage {
  broker!: RedisBroker
  port!: number
  key!: string
  readonly #programs: ServerProgram[] = []
  readonly #sockets: Socket[] = []

  constructor() {
    before(async () => {
      this.broker = await startRedis()
    })
    after(() => this.broker.stop())

    beforeEach(async () => {
      this.port = await freePort()
      this.key = randomUUID()
    })
    afterEach(async () => {
      for (const socket of this.#sockets.splice(0)) socket.disconnect()
      await Promise.all(this.#programs.splice(0).map((program) => program.end('SIGKILL')))
    })
  }

  async start(code: string, options?: ProgramOptions, port = this.port): Promise<ServerProgram> {
    const own = code
      .replaceAll('redis://localhost:6379', this.broker.uri)
      .replaceAll('3030', `${port}`)
      .replaceAll('my-application', this.key)
    const program = await ServerProgram.start(own, options)
    this.#programs.push(program)
    return program
  }

  /** A client, and the texts of the messages that it hears of. */
  client(options: Partial<ManagerOptions & SocketOptions> = {}, port = this.port) {
    const socket = io(`http://127.0.0.1:${port}`, {
      reconnectionDelay: 50,
      reconnectionDelayMax: 100,
      forceNew: true,
      ...options
    })
    this.#sockets.push(socket)
    const texts: string[] = []
    socket.on('messages created', ({ text }) => texts.push(text))
    const create = (text: string) => socket.emitWithAck('create', 'messages', { text })
    return { socket, texts, create }
  }
}

/** Its server may just be starting, as a cluster of four processes. */
export const connected = (socket: Socket) =>
  eventually(() => socket.connected, { timeout: 45_000, message: 'a connection' })

/** Whether a server takes connections at this port. */
export const isListening = (port: number) =>
  fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }).then(
    () => true,
    () => false
  )
