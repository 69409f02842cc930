import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './brokers/ports.js'

/** A server that accepts connections, reads, and never says a word. */
export interface SilentServer {
  /** With the scheme of the adapter. */
  uri: string
  /** How many connections are open, and how many have ever been. */
  readonly open: number
  readonly accepted: number
  close(): Promise<void>
}

export async function startSilentServer(scheme: string): Promise<SilentServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer((socket) => {
    accepted += 1
    sockets.add(socket)
    socket.resume().on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  const folder = await mkdtemp(join(tmpdir(), 'feathers-sync-silent-'))
  const isIpc = scheme === 'ipc'
  const address = isIpc ? { path: join(folder, 'hub.sock') } : { port: await freePort(), host: '127.0.0.1' }
  await once(server.listen(address), 'listening')
  return {
    uri: isIpc ? `ipc://${address.path}` : `${scheme}://127.0.0.1:${address.port}`,
    get open() {
      return sockets.size
    },
    get accepted() {
      return accepted
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    }
  }
}
