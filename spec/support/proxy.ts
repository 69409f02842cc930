import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from './brokers/ports.js'
import { Tap } from './tap.js'

/** `up` is from the client to the broker. */
export type Direction = 'up' | 'down' | 'both'

/** A TCP connection's middle man, for networks that fail in all their ways. */
export class TcpProxy {
  /** How many clients are connected, and how many have ever been. */
  connections = 0
  accepted = 0
  private readonly taps = { up: new Tap(), down: new Tap() }
  private readonly sockets = new Set<Socket>()
  private server?: Server

  constructor(
    readonly port: number,
    /** Where new connections go. */
    public targetPort: number
  ) {}

  /** Listens (again). */
  async accept(): Promise<void> {
    if (this.server) return
    // a connection's two directions end one by one
    const server = createServer({ allowHalfOpen: true }, (client) => this.join(client))
    await once(server.listen(this.port, '127.0.0.1'), 'listening')
    this.server = server
  }

  /** New connections are refused; those that exist go on. */
  refuse(): void {
    this.server?.close()
    this.server = undefined
  }

  /** Destroys all connections. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  /** Bytes stop flowing and nobody hears of a close, as when a cable is pulled. */
  stall(direction: Direction = 'both'): void {
    for (const tap of this.chosen(direction)) tap.close()
  }

  /** Bytes flow again, those held back first, at full speed. */
  resume(): void {
    this.trickle(Number.POSITIVE_INFINITY)
    for (const tap of this.chosen('both')) tap.open()
  }

  /** So many bytes a second and connection, in each direction. */
  trickle(bytesPerSecond: number): void {
    for (const tap of this.chosen('both')) tap.rate = bytesPerSecond
  }

  async close(): Promise<void> {
    const closed = this.server && once(this.server, 'close')
    this.refuse()
    this.cut()
    this.resume()
    await closed
  }

  private chosen(direction: Direction): Tap[] {
    return direction === 'both' ? [this.taps.up, this.taps.down] : [this.taps[direction]]
  }

  private join(client: Socket): void {
    const target = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true })
    this.connections++
    this.accepted++
    client.once('close', () => this.connections--)
    for (const socket of [client, target]) {
      this.sockets.add(socket.setNoDelay())
      socket.on('error', () => {}).once('close', () => this.sockets.delete(socket))
    }
    this.taps.up.carry(client, target)
    this.taps.down.carry(target, client)
  }
}

export async function startProxy(targetPort: number): Promise<TcpProxy> {
  for (;;) {
    const proxy = new TcpProxy(await freePort(), targetPort)
    try {
      await proxy.accept()
      return proxy
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
}
