import { startWrongServer, type WrongServer } from './wrong-servers.js'

/** A server that accepts connections, reads, and never says a word. */
export interface SilentServer extends WrongServer {
  /** With the scheme of the adapter. */
  readonly uri: string
}

export async function startSilentServer(scheme: string): Promise<SilentServer> {
  const server = await startWrongServer('a silent server')
  const uri = scheme === 'ipc' ? `ipc://${server.path}` : `${scheme}://127.0.0.1:${server.port}`
  return Object.assign(server, { uri })
}
