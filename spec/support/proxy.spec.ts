import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { eventually } from './eventually.js'
import { startProxy, type TcpProxy } from './proxy.js'

describe('proxy', () => {
  const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  let proxy: TcpProxy
  let client: Client

  before(() => once(echo.listen(0, '127.0.0.1'), 'listening'))
  after(() => once(echo.close(), 'close'))

  beforeEach(async () => {
    proxy = await startProxy((echo.address() as AddressInfo).port)
    client = await open(proxy.port)
    client.socket.write('1')
    await eventually(() => client.received === '1')
  })

  afterEach(async () => {
    client.socket.destroy()
    await proxy.close()
  })

  it('counts its connections and passes a close on', async () => {
    expect(proxy.connections).to.equal(1)
    client.socket.end()
    await eventually(() => client.socket.closed && proxy.connections === 0)
  })

  it('cuts connections and takes new ones', async () => {
    proxy.cut()
    await once(client.socket, 'close')
    client = await open(proxy.port)
    client.socket.write('2')
    await eventually(() => client.received === '2')
  })

  it('refuses new connections, keeps the others, and accepts again', async () => {
    proxy.refuse()
    const refused = await open(proxy.port).catch((error: NodeJS.ErrnoException) => error.code)
    expect(refused).to.equal('ECONNREFUSED')
    client.socket.write('2')
    await eventually(() => client.received === '12')
    await proxy.accept()
    ;(await open(proxy.port)).socket.destroy()
  })

  for (const direction of ['up', 'down', 'both'] as const) {
    it(`stalls (${direction}) and resumes`, async () => {
      proxy.stall(direction)
      client.socket.write('2')
      await delay(30)
      expect(client.received).to.equal('1')
      expect(client.socket.closed).to.equal(false)
      proxy.resume()
      await eventually(() => client.received === '12')
    })
  }

  it('lets nobody hear of a close while it stalls', async () => {
    const connections = () =>
      new Promise<number>((resolve) => echo.getConnections((_, count) => resolve(count)))
    proxy.stall()
    client.socket.resetAndDestroy()
    await eventually(() => proxy.connections === 0)
    expect(await connections()).to.equal(1)
    proxy.resume()
    await eventually(async () => (await connections()) === 0)
  })

  it('trickles', async () => {
    proxy.trickle(10_000)
    const start = performance.now()
    client.socket.write('x'.repeat(2_000))
    await eventually(() => client.received.length === 2_001)
    expect(performance.now() - start).to.be.within(150, 2_000)
  })
})

interface Client {
  socket: Socket
  received: string
}

async function open(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const client = { socket, received: '' }
  socket.setEncoding('utf8').on('error', () => {})
  socket.on('data', (text) => {
    client.received += text
  })
  return client
}
