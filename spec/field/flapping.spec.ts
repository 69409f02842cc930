import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { PLACES, type Place, throughPort } from '../support/places.js'

/** A proxy that destroys each connection some ms after it was made, until it is told not to. */
class FlappingProxy {
  accepted = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(
    target: number,
    public lifetime: number
  ) {
    this.#server = createServer((client) => {
      this.accepted += 1
      const server = connect(target, '127.0.0.1')
      const end = () => {
        client.destroy()
        server.destroy()
      }
      for (const socket of [client, server]) {
        this.#sockets.add(socket)
        socket.on('error', end).on('close', end)
      }
      client.pipe(server).pipe(client)
      if (this.lifetime < Number.POSITIVE_INFINITY) setTimeout(end, this.lifetime)
    })
  }

  static async start(target: number, lifetime: number): Promise<FlappingProxy> {
    const proxy = new FlappingProxy(target, lifetime)
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}

const { ipc: _, ...BROKERS } = PLACES

describe('a link that flaps', () => {
  let members: Members
  let proxy: FlappingProxy

  beforeEach(() => {
    members = new Members()
  })
  afterEach(async () => {
    await members.closeAll()
    proxy.close()
  })

  for (const [name, startPlace] of Object.entries(BROKERS)) {
    describe(name, () => {
      let place: Place

      before(async function () {
        this.timeout(60_000)
        place = await startPlace()
      })
      after(() => place.stop())

      for (const lifetime of [0, 20, 200]) {
        it(`cut ${lifetime} ms after each connect: at most 15 connects in 5 s, and all arrives when it holds`, async () => {
          proxy = await FlappingProxy.start(Number(new URL(place.uri).port), lifetime)
          const other = members.configure({ uri: place.uri })
          await other.app.sync.ready
          const member = members.configure({ uri: throughPort(place.uri, proxy.port) })
          await delay(5000)
          expect(proxy.accepted, 'connects in 5 s').to.be.within(2, 15)
          proxy.lifetime = Number.POSITIVE_INFINITY
          await eventually(() => member.app.sync.status === 'ready', { timeout: 10_000 })
          await member.app.sync.ready
          member.make(3)
          await eventually(() => other.got(member).length === 3, { timeout: 5000 })
          expect(other.got(member)).to.deep.equal(range(1, 3))
        })
      }

      it('is at once back after one cut', async () => {
        proxy = await FlappingProxy.start(Number(new URL(place.uri).port), 300)
        const member = members.configure({ uri: throughPort(place.uri, proxy.port) })
        await member.app.sync.ready
        proxy.lifetime = Number.POSITIVE_INFINITY
        await eventually(() => member.statuses.includes('reconnecting'))
        await eventually(() => member.app.sync.status === 'ready', { timeout: 500 })
      })
    })
  }
})
