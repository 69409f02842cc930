import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** Stands before a broker and counts what its clients send. */
export class CountingProxy {
  bytes = 0

  private constructor(
    readonly uri: string,
    private readonly server: Server
  ) {}

  static async start(brokerUri: string): Promise<CountingProxy> {
    const uri = new URL(brokerUri)
    const target = { host: uri.hostname, port: Number(uri.port) }
    const server = createServer((client) => {
      const broker = connect(target)
      client.on('data', ({ length }) => {
        proxy.bytes += length
      })
      for (const [from, to] of [[client, broker] as const, [broker, client] as const]) {
        from.setNoDelay().on('error', () => to.destroy())
        from.pipe(to)
      }
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    uri.port = `${(server.address() as AddressInfo).port}`
    const proxy = new CountingProxy(uri.href.replace(/\/$/, ''), server)
    return proxy
  }

  async stop(): Promise<void> {
    this.server.close()
    await once(this.server, 'close')
  }
}
