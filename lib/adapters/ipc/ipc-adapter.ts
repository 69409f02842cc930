import { createConnection, type Socket } from 'node:net'
import { injectable } from 'inversify'
import { reason } from '../../errors.js'
import { drained } from '../drained.js'
import { type Hints, withHint } from '../hints.js'
import { type ServerInfo, SyncAdapter } from '../sync-adapter.js'
import { fileIdentity, IpcHub, LEAVE_TIMEOUT } from './ipc-hub.js'
import { MAX_PACKET, onPacket, packet } from './ipc-packets.js'
import { socketPath } from './ipc-path.js'

/** How long the hub may take to answer, in ms. */
const JOIN_TIMEOUT = 5000

const HINTS: Hints = [
  [
    /^the hub (does not answer|has gone)|^a packet of|^what answers is no hub|EPIPE|ECONNRESET/,
    'is that a socket of feathers-sync? Where another program listens, the `uri` option has to name another path'
  ]
]

/**
 * Shares events between the processes of one user on one machine, without a broker: the first process to open the
 * socket becomes the hub, and when it ends another one does.
 */
@injectable()
export class IpcAdapter extends SyncAdapter {
  override readonly type = 'ipc'
  override readonly echoes = true

  #hub: IpcHub | undefined
  #socket: Socket | undefined
  #joined = false

  /** Whether this instance has the hub, to which all processes are connected. */
  get isHub(): boolean {
    return this.#hub !== undefined
  }

  override get maxPayload(): number {
    return MAX_PACKET
  }

  override async serverInfo(): Promise<ServerInfo> {
    const role = this.isHub ? 'this process is the hub: no other was there' : 'another process is the hub'
    return { product: 'ipc', notes: [role, `socket ${this.#path()}`], limit: 'of every ipc: hub' }
  }

  protected override async doConnect(
    receive: (bytes: Uint8Array) => void,
    signal: AbortSignal
  ): Promise<void> {
    const path = this.#path()
    const identity = fileIdentity(path)
    await this.#join(path, receive).catch(async (error) => {
      if (!isAbsent(error)) throw error
      const hub = await IpcHub.open(path, identity)
      if (signal.aborted) {
        await hub?.close()
        throw error
      }
      this.#hub = hub
      await this.#join(path, receive)
    })
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket
    if (!socket?.writable) throw new Error('the socket is closed')
    if (!socket.write(packet(bytes))) await drained(socket)
  }

  protected override async doClose(): Promise<void> {
    const socket = this.#socket
    const hub = this.#hub
    this.#socket = undefined
    this.#hub = undefined
    if (socket && !socket.destroyed) {
      const closed = new Promise((resolve) => socket.once('close', resolve))
      const cut = setTimeout(() => socket.destroy(), LEAVE_TIMEOUT)
      if (this.#joined)
        socket.end() // our own hub reads to the end before it closes
      else socket.destroy()
      await closed
      clearTimeout(cut)
    }
    await hub?.close()
  }

  #path(): string {
    try {
      return socketPath(this.options.uri?.toString(), this.options.key)
    } catch (error) {
      throw this.error('options', 'has no place for its socket', error)
    }
  }

  /** Connects to the hub and sends it the key; resolves when it answers. */
  async #join(path: string, receive: (bytes: Uint8Array) => void): Promise<void> {
    const socket = createConnection(path)
    this.#socket = socket
    this.#joined = false
    let joined = false
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('the hub does not answer')), JOIN_TIMEOUT)
      let failure: Error | undefined
      socket.on('error', (error) => {
        failure = error
        this.debug('socket: %s', reason(error))
      })
      // Another user may have been faster since the path was checked.
      socket.on('connect', () => {
        try {
          socketPath(this.options.uri?.toString(), this.options.key)
        } catch (error) {
          socket.destroy(error as Error)
        }
      })
      socket.on('close', () => {
        clearTimeout(timer)
        const cause = failure ?? new Error('the hub has gone')
        if (joined && this.#socket === socket) this.lost(cause)
        else reject(withHint(cause, HINTS))
      })
      onPacket(socket, (bytes) => {
        if (joined) return receive(bytes)
        if (bytes.length > 0) return void socket.destroy(new Error('what answers is no hub'))
        joined = true
        this.#joined = true
        clearTimeout(timer)
        resolve()
      })
      socket.write(packet(Buffer.from(this.options.key)))
    })
  }
}

/** No hub there: no socket, or the file that a dead one left behind. */
function isAbsent(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
}
