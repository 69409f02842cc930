import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from '@feathersjs/express'
import { type Application, feathers } from '@feathersjs/feathers'
import { bodyParser, koa, rest } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import { io, type Socket } from 'socket.io-client'
import sync, { type SyncError, type SyncOptions } from '../../lib/index.js'
import { eventually } from '../support/eventually.js'

/** What an application is made with. */
export const frameworks = {
  feathers: () => feathers(),
  koa: () => {
    const app = koa(feathers())
    app.use(bodyParser())
    return app.configure(rest()) as Application
  },
  express: () => {
    const app = express.default(feathers())
    app.use(express.json())
    return app.configure(express.rest()) as unknown as Application
  }
}

/** A client of one server, and what it got, in order. */
export interface Client {
  socket: Socket
  log: [event: string, data: unknown][]
  /** Calls a service method. */
  call(method: string, path: string, ...args: unknown[]): Promise<unknown>
}

/** One instance that serves clients. */
export class Instance {
  readonly errors: SyncError[] = []
  readonly #clients: Client[] = []
  readonly #server: Server
  #connections = 0

  constructor(readonly app: Application) {
    app.on('connection', () => {
      this.#connections += 1
    })
    app.on('sync-error', (error) => this.errors.push(error))
    this.#server = createServer(handlerOf(app))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async listen(): Promise<void> {
    await this.app.setup(this.#server as never)
    this.#server.listen(0, '127.0.0.1')
    await Promise.all([once(this.#server, 'listening'), this.app.sync.ready])
  }

  async connect(extraHeaders: Record<string, string> = {}): Promise<Client> {
    const socket = io(this.url, { transports: ['websocket'], reconnection: false, extraHeaders })
    const log: Client['log'] = []
    socket.onAny((event, data) => log.push([event, data]))
    const call: Client['call'] = (method, path, ...args) =>
      new Promise((resolve, reject) => {
        socket.emit(method, path, ...args, (error: unknown, result: unknown) =>
          error ? reject(error) : resolve(result)
        )
      })
    const client = { socket, log, call }
    this.#clients.push(client)
    await once(socket as never, 'connect')
    await eventually(() => this.#connections === this.#clients.length, {
      message: 'the connection in the channel'
    })
    return client
  }

  async close(): Promise<void> {
    for (const { socket } of this.#clients) socket.disconnect()
    await this.app.teardown()
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Express is a request handler itself, Koa has one, plain Feathers none. */
function handlerOf(app: Application & { callback?: () => RequestListener }): RequestListener {
  if (app.callback) return app.callback()
  return typeof app === 'function' ? (app as RequestListener) : (_request, response) => response.end()
}

/** Starts instances in sync with each other, whose clients are all in the channel `everybody`. */
export async function startInstances(
  count: number,
  framework: keyof typeof frameworks,
  configure: (app: Application) => void,
  options: SyncOptions = { uri: 'ipc:', key: `sockets-${randomUUID()}` }
): Promise<Instance[]> {
  const instances = Array.from({ length: count }, () => {
    const app = frameworks[framework]()
    app.configure(socketio({ transports: ['websocket'] }) as never).configure(sync(options))
    app.on('connection', (connection) => app.channel('everybody').join(connection as never))
    app.publish(() => app.channel('everybody'))
    configure(app)
    return new Instance(app)
  })
  for (const instance of instances) await instance.listen()
  return instances
}

/** Waits until each client has got all that `source` has made so far: a last, custom event of it follows what came before. */
export async function settle(
  source: Instance,
  path: string,
  clients: Client[],
  event = 'marked'
): Promise<void> {
  const mark = randomUUID()
  ;(source.app.service(path) as unknown as NodeJS.EventEmitter).emit(event, mark)
  const isMark = ([, data]: Client['log'][number]) => data === mark
  await eventually(() => clients.every(({ log }) => log.some(isMark)), { message: 'the mark at each client' })
  for (const { log } of clients) log.splice(0, log.length, ...log.filter((entry) => !isMark(entry)))
}
