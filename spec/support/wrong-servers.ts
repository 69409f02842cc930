import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'

/** A port where a server listens that is not the expected one. */
export interface WrongServer {
  readonly port: number
  /** A UNIX socket where the same listens, if not a broker. */
  readonly path?: string
  /** How many connections are open, and how many have ever been. */
  readonly open: number
  readonly accepted: number
  close(): Promise<void>
}

const BLOCK = 64 * 1024

/** What each of them does with a connection. */
const CONDUCT = {
  'a silent server': (socket: Socket) => socket.resume(),
  'a server that closes at once': (socket: Socket) => socket.destroy(),
  'a server that waits for a line and closes': (socket: Socket) => socket.once('data', () => socket.end()),
  'a mail server': (socket: Socket) => socket.resume().write('220 mail.example\r\n'),
  'garbage without end': (socket: Socket) => flood(socket, '', Buffer.alloc(BLOCK, 'garbage')),
  // What each driver takes for the beginning of an answer, and waits for the end of it
  'one answer without end': (socket: Socket) => flood(socket, '+', Buffer.alloc(BLOCK, 'a'))
}

type WrongServerName = keyof typeof CONDUCT | 'an HTTP server' | 'a TLS server'

/** PEM, of a TLS server. */
interface Keys {
  cert?: Buffer
  key?: Buffer
}

export async function startWrongServer(what: WrongServerName, keys: Keys = {}): Promise<WrongServer> {
  const sockets = new Set<Socket>()
  const folder = await mkdtemp(join(tmpdir(), 'feathers-sync-wrong-'))
  const path = join(folder, 'other.sock')
  let accepted = 0
  const [server, atPath] = [create(what, keys), create(what, keys)] as const
  for (const one of [server, atPath]) {
    one.on('connection', (socket) => {
      accepted += 1
      sockets.add(socket.on('error', () => {}))
      socket.once('close', () => sockets.delete(socket))
    })
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await once(atPath.listen(path), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    path,
    get open() {
      return sockets.size
    },
    get accepted() {
      return accepted
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      for (const one of [server, atPath]) await new Promise((resolve) => one.close(resolve))
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function create(what: WrongServerName, keys: Keys): Server {
  if (what === 'an HTTP server') return createHttpServer((_request, response) => response.end('hello'))
  if (what === 'a TLS server') {
    const server = createTlsServer(keys, (socket) => socket.on('error', () => {}).resume())
    return server.on('tlsClientError', () => {})
  }
  return createServer(CONDUCT[what])
}

function flood(socket: Socket, first: string, block: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(block));
    socket.once('drain', more)
  }
  socket.resume().write(first)
  more()
}
