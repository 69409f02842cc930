import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { runCommand } from './commands.js'
import { fileAt } from './files.js'
import type { Note } from './protocol.js'
import type { Stage } from './stage.js'

/** How soon the page gets a new state, in ms: changes that come together are sent together. */
const PAUSE = 50

/** Serves the page, tells it what happens, and takes its commands. */
export class ControlServer {
  readonly #server: Server
  readonly #pages = new Set<ServerResponse>()
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly stage: Stage) {
    this.#server = createServer((request, response) => void this.#serve(request, response))
    stage.on('change', () => {
      this.#timer ??= setTimeout(() => this.#sendState(), PAUSE)
    })
    stage.on('note', (instance, note) => this.#sendNote(instance, note))
  }

  /** @throws Error if the port is taken */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://page').pathname
    if (!isFromPage(request)) response.writeHead(403).end()
    else if (request.method === 'POST') await this.#takeCommand(path, request, response)
    else if (path === '/events') this.#open(response)
    else {
      const file = await fileAt(path)
      if (file)
        response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' }).end(file.content)
      else response.writeHead(404).end()
    }
  }

  async #takeCommand(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await runCommand(this.stage, path.slice(1), (await json(request)) as object)
      response.writeHead(204).end()
    } catch (error) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end((error as Error).message)
    }
  }

  /** Server-sent events, until the page is closed. */
  #open(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.on('close', () => this.#pages.delete(response))
    this.#pages.add(response)
    this.#sendState()
  }

  #sendState(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#send('state', this.stage.state)
  }

  #sendNote(instance: string, note: Note): void {
    this.#send('note', { instance, ...note })
  }

  #send(event: string, data: object): void {
    for (const page of this.#pages) page.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
}

/** Other sites that are open in the same browser must not kill processes here. */
function isFromPage({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost):\d+$/.test(host) && (origin ?? `http://${host}`) === `http://${host}`
}
