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

/** In ms: longer than the longest pause between two attempts. */
const LONGEST_PAUSE = 40_000

describe('a link that flaps', function () {
  this.timeout(2 * LONGEST_PAUSE)
  let members: Members
  let proxies: FlappingProxy[]

  beforeEach(() => {
    members = new Members()
    proxies = []
  })
  afterEach(async () => {
    await members.closeAll()
    for (const proxy of proxies) proxy.close()
  })

  for (const [name, startPlace] of Object.entries(BROKERS)) {
    describe(name, () => {
      let place: Place

      before(async () => {
        place = await startPlace()
      })
      after(() => place.stop())

      /** An instance whose connections are cut so many ms after they were made. */
      const flap = async (lifetime: number) => {
        const proxy = await FlappingProxy.start(Number(new URL(place.uri).port), lifetime)
        proxies.push(proxy)
        return { lifetime, proxy, member: members.configure({ uri: throughPort(place.uri, proxy.port) }) }
      }

      // Pauses of 50 ms, doubling, allow 8 attempts; over Redis, one makes up to two connections.
      const most = name === 'redis' ? 20 : 15

      it(`cut 0, 20 or 200 ms after each connect: at most ${most} connects in 5 s, and all arrives when it holds`, async () => {
        const other = members.configure({ uri: place.uri })
        await other.app.sync.ready
        const flapping = await Promise.all([0, 20, 200].map(flap))
        await delay(5000)
        for (const { lifetime, proxy } of flapping) {
          expect(proxy.accepted, `connects in 5 s, cut after ${lifetime} ms`).to.be.at.most(most)
        }
        await eventually(() => flapping.every(({ proxy }) => proxy.accepted > 1), { message: 'reconnects' })
        for (const { proxy } of flapping) proxy.lifetime = Number.POSITIVE_INFINITY
        for (const { lifetime, member } of flapping) {
          const isReady = () => member.app.sync.status === 'ready'
          await eventually(isReady, { timeout: LONGEST_PAUSE, message: `the one cut after ${lifetime} ms` })
          await member.app.sync.ready
          member.make(3)
          await eventually(() => other.got(member).length >= 3, { message: 'the events' })
          expect(other.got(member)).to.deep.equal(range(1, 3))
        }
      })

      it('is at once back after one cut', async () => {
        const { proxy, member } = await flap(300)
        await member.app.sync.ready
        proxy.lifetime = Number.POSITIVE_INFINITY
        await eventually(() => member.statuses.includes('reconnecting'))
        await eventually(() => member.app.sync.status === 'ready', { timeout: 5000 })
      })
    })
  }
})
