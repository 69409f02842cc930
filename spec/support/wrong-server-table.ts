import { expect } from 'chai'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { SyncOptions } from '../../lib/index.js'
import { eventually } from './eventually.js'
import { type Member, Members } from './members.js'
import type { WrongServer } from './wrong-servers.js'

const REDIS = /6379/
const AMQP = /5672/
const NATS = /4222|TLS/
const IPC = /another path/

/** Has each driver give an attempt up soon: more than a busy machine needs to connect. */
const TIMEOUT = 1000
const impatient = () => ({ connectTimeout: TIMEOUT })

interface Way {
  /** Of the server's port, and of its UNIX socket. */
  options(port: number, path: string): object
  /** What the text says is to be checked. */
  hint: RegExp
  /** What is closed by its owner. */
  end?(options: { redisClient?: { disconnect(): unknown; destroy?(): unknown } }): unknown
}

const user = 'me:s3cret@127.0.0.1'
const node = (port: number, scheme = 'redis') => ({ url: `${scheme}://${user}:${port}` })
const cluster = (port: number, scheme?: string) => ({
  rootNodes: [node(port, scheme)],
  defaults: { socket: impatient() }
})
const sentinel = (port: number) => ({
  name: 'main',
  sentinelRootNodes: [{ host: '127.0.0.1', port }],
  sentinelClientOptions: { password: 's3cret', socket: impatient() },
  nodeClientOptions: { password: 's3cret', socket: { connectTimeout: 1 } }
})
const own = (options: (port: number) => object, hint: RegExp): Way => ({ options, hint })
const redisOptions = (options: (port: number) => object) =>
  own((port) => ({ adapter: 'redis', redisOptions: options(port) }), REDIS)
const handedIn = (create: (port: number) => { on(event: 'error', listener: () => void): unknown }): Way => ({
  options: (port) => {
    const redisClient = create(port)
    redisClient.on('error', () => {})
    return { adapter: 'redis', redisClient }
  },
  hint: REDIS,
  end: ({ redisClient }) => (redisClient?.destroy ? redisClient.destroy() : redisClient?.disconnect())
})
const tls = { rejectUnauthorized: false }
const timeout = TIMEOUT

const WAYS: Record<string, Way> = {
  'redis:': own((port) => ({ uri: node(port).url, redisOptions: { socket: impatient() } }), REDIS),
  'rediss:': own(
    (port) => ({ uri: node(port, 'rediss').url, redisOptions: { socket: { ...impatient(), ...tls } } }),
    /6379|redis:/
  ),
  rootNodes: redisOptions((port) => cluster(port)),
  'rootNodes, TLS': {
    ...redisOptions((port) => ({
      ...cluster(port, 'rediss'),
      defaults: { socket: { ...impatient(), ...tls } }
    })),
    hint: /6379|redis:/
  },
  sentinelRootNodes: redisOptions((port) => sentinel(port)),
  'a client of node-redis': handedIn((port) => createClient({ ...node(port), socket: impatient() })),
  'a cluster of node-redis': handedIn((port) => createCluster(cluster(port))),
  'a Redis of ioredis': handedIn(
    (port) => new Redis({ port, password: 's3cret', lazyConnect: true, connectTimeout: TIMEOUT })
  ),
  'a Cluster of ioredis': handedIn(
    (port) =>
      new Cluster([{ host: '127.0.0.1', port }], { lazyConnect: true, redisOptions: { password: 's3cret' } })
  ),
  'ipc:': { options: (_port, path) => ({ uri: `ipc://${path}` }), hint: IPC },
  'amqp:': own((port) => ({ uri: `amqp://${user}:${port}`, amqpConnectionOptions: { timeout } }), AMQP),
  'amqp:, a list': own(
    (port) => ({ uri: [`amqp://${user}:${port}`, `amqp://${user}:1`], amqpConnectionOptions: { timeout } }),
    AMQP
  ),
  'amqps:': own(
    (port) => ({ uri: `amqps://${user}:${port}`, amqpConnectionOptions: { timeout, ...tls } }),
    /567[12]/
  ),
  'nats:': own((port) => ({ uri: `nats://${user}:${port}`, natsConnectionOptions: { timeout } }), NATS),
  'nats:, a list': own(
    (port) => ({ uri: [`nats://${user}:${port}`, `nats://${user}:1`], natsConnectionOptions: { timeout } }),
    NATS
  ),
  'tls:': own((port) => ({ uri: `tls://${user}:${port}`, natsConnectionOptions: { timeout } }), NATS),
  'tls:, first of all': own(
    (port) => ({
      uri: `tls://${user}:${port}`,
      natsConnectionOptions: { timeout, tls: { handshakeFirst: true, ...tls } }
    }),
    NATS
  )
}

/**
 * Each way of connecting at a server that is not what it should be: what is said, and that nothing is left. All of them at the same
 * time.
 *
 * @param without the hints of what is right there, or waits for long
 */
export function describeWrongServer(what: string, start: () => Promise<WrongServer>, without = /^$/): void {
  describe(what, () => {
    const members = new Members()
    const cells = new Map<string, Cell>()
    const ways = Object.entries(WAYS).filter(([, { hint }]) => !without.test(hint.source))

    before(async () => {
      for (const [name, { options }] of ways) {
        const server = await start()
        const given = options(server.port, server.path ?? '') as SyncOptions
        const member = members.configure({ closeTimeout: 200, ...given })
        cells.set(name, { server, given, member })
      }
    })

    after(async () => {
      await members.closeAll()
      for (const [name, { server, given }] of cells) {
        await server.close()
        await WAYS[name]?.end?.(given as object)
      }
    })

    for (const [name, { hint, end }] of ways) {
      it(`${name}: is named, with what to check, and nothing of it is left`, async () => {
        const { server, member } = cells.get(name) as Cell
        await eventually(() => member.errors.length > 0, { message: 'an error' })
        const { kind, message } = member.errors[0] as { kind: string; message: string }
        expect(kind, message).to.equal('connect')
        expect(message).to.match(hint)
        expect(member.texts()).not.to.contain('s3cret')
        if (!end) expect(message).to.contain(hint === IPC ? server.path : `127.0.0.1:${server.port}`)
        expect(member.app.sync.status).to.equal('connecting')
        const start = performance.now()
        await member.app.sync.close()
        expect(performance.now() - start, 'ms that close() took').to.be.below(3000)
        if (name.includes('a client')) return // which goes on
        await eventually(() => expect(server.open, 'connections').to.equal(0), { timeout: 1000 })
      })
    }
  })
}

interface Cell {
  server: WrongServer
  given: SyncOptions
  member: Member
}
