import { connect } from 'amqplib'
import { expect } from 'chai'
import { createSentinel } from 'redis'
import type { SyncOptions } from '../../lib/index.js'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { startRedisCluster } from '../support/brokers/redis-cluster.js'
import { startSentinelSetup } from '../support/brokers/sentinel.js'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'
import { runScript } from '../support/process.js'
import { startProxy } from '../support/proxy.js'
import { startSilentServer } from '../support/silent-server.js'
import { describeWrongServer } from '../support/wrong-server-table.js'
import { startWrongServer, type WrongServer } from '../support/wrong-servers.js'

/** A broker, and how many connect to it. */
async function startBroker(
  start: () => Promise<{ port: number; stop(): Promise<void> }>
): Promise<WrongServer> {
  const broker = await start()
  const proxy = await startProxy(broker.port)
  return {
    port: proxy.port,
    get open() {
      return proxy.connections
    },
    get accepted() {
      return proxy.accepted
    },
    close: async () => {
      await proxy.close()
      await broker.stop()
    }
  }
}

const rabbit = async () => ({ port: (await sharedRabbit()).port, stop: async () => {} })

describe('a server that is not what it should be, the slower ones', function () {
  this.timeout(120_000)
  const members = new Members()
  afterEach(() => members.closeAll())

  for (const what of ['a server that waits for a line and closes', 'a mail server'] as const)
    describeWrongServer(what, () => startWrongServer(what))
  describeWrongServer('Redis', () => startBroker(startRedis), /6379|path/)
  describeWrongServer('RabbitMQ', () => startBroker(rabbit), /567|path/)
  describeWrongServer('NATS', () => startBroker(startNats), /4222|path/)
  for (const what of ['garbage without end', 'one answer without end'] as const)
    describeWrongServer(what, () => startWrongServer(what))

  describe('an answer without end', () => {
    for (const scheme of ['redis', 'amqp', 'nats']) {
      it(`${scheme}: costs little memory and time`, async () => {
        const server = await startWrongServer('one answer without end')
        try {
          const { output } = await runScript(`
            import { feathers } from '@feathersjs/feathers'
            import sync from './lib/index.ts'
            const app = feathers().configure(sync({ uri: '${scheme}://127.0.0.1:${server.port}' }))
            app.on('sync-error', () => {})
            let most = 0
            const timer = setInterval(() => {
              most = Math.max(most, process.memoryUsage().rss)
            }, 10)
            setTimeout(async () => {
              clearInterval(timer)
              console.log(JSON.stringify({ most, cpu: process.cpuUsage().user / 1000 }))
              await app.teardown()
            }, 5000)`)
          const { most, cpu } = JSON.parse(output) as { most: number; cpu: number }
          expect(most / 1e6, 'MB').to.be.below(350)
          expect(cpu, 'ms of CPU in 5 s').to.be.below(3500)
        } finally {
          await server.close()
        }
      })
    }
  })

  describe('a process at a silent server', () => {
    const socket = { connectTimeout: 500 }
    const ways: Record<string, (port: number) => object> = {
      rootNodes: (port) => ({
        adapter: 'redis',
        redisOptions: { rootNodes: [{ url: `redis://127.0.0.1:${port}` }], defaults: { socket } }
      }),
      sentinelRootNodes: (port) => ({
        adapter: 'redis',
        redisOptions: {
          name: 'main',
          sentinelRootNodes: [{ host: '127.0.0.1', port }],
          sentinelClientOptions: { socket },
          nodeClientOptions: { socket }
        }
      }),
      'rediss:': (port) => ({ uri: `rediss://127.0.0.1:${port}`, redisOptions: { socket } }),
      'tls:, first of all': (port) => ({
        uri: `tls://127.0.0.1:${port}`,
        natsConnectionOptions: { timeout: 500, tls: { handshakeFirst: true } }
      })
    }
    for (const [name, options] of Object.entries(ways)) {
      it(`${name}: prints one line, and ends when it is closed`, async () => {
        const server = await startWrongServer('a silent server')
        try {
          const { errors, code, lingered } = await runScript(`
            import { feathers } from '@feathersjs/feathers'
            import sync from './lib/index.ts'
            const app = feathers().configure(sync(${JSON.stringify(options(server.port))}))
            setTimeout(async () => {
              await app.teardown()
              console.log('closed')
            }, 5000)`)
          expect(errors.trim().split('\n'), errors).to.have.length(1)
          expect(errors).to.match(/127\.0\.0\.1:\d+ could not connect: .*(6379|redis:|4222)/)
          expect(code).to.equal(0)
          expect(lingered, 'ms').to.be.below(1000)
          expect(server.accepted, 'attempts').to.be.within(2, 8)
          await eventually(() => server.open === 0, { message: 'no connection' })
        } finally {
          await server.close()
        }
      })
    }
  })

  describe('one of several is silent, and another one works', () => {
    const listed: Record<
      string,
      () => Promise<[options: (silent: number) => object, stop: () => Promise<void>]>
    > = {
      rootNodes: async () => {
        const cluster = await startRedisCluster()
        const options = (port: number) => ({
          adapter: 'redis',
          redisOptions: {
            rootNodes: [{ url: `redis://127.0.0.1:${port}` }, cluster.rootNodes[0]],
            defaults: { socket: { connectTimeout: 1000 } }
          }
        })
        return [options, () => cluster.stop()]
      },
      sentinelRootNodes: async () => {
        const setup = await startSentinelSetup()
        const options = (port: number) => ({
          adapter: 'redis',
          redisOptions: {
            name: 'main',
            sentinelRootNodes: [port, setup.sentinel.port].map((one) => ({ host: '127.0.0.1', port: one }))
          }
        })
        return [options, () => setup.stop()]
      },
      amqp: async () => {
        const { uri } = await sharedRabbit()
        return [(port: number) => ({ uri: [`amqp://127.0.0.1:${port}`, uri] }), async () => {}]
      },
      nats: async () => {
        const nats = await startNats()
        const options = (port: number) => ({
          uri: [`nats://127.0.0.1:${port}`, nats.uri],
          natsConnectionOptions: { noRandomize: true }
        })
        return [options, () => nats.stop()]
      }
    }
    for (const [name, start] of Object.entries(listed)) {
      it(`${name}: connects to that one`, async () => {
        const silent = await startSilentServer('tcp')
        const [options, stop] = await start()
        try {
          const member = members.configure(options(Number(new URL(silent.uri).port)) as SyncOptions)
          await member.app.sync.ready
          await eventually(() => silent.open === 0, { message: 'the silent one to be left' })
          await members.closeAll()
        } finally {
          await silent.close()
          await stop()
        }
      })
    }
  })

  describe('a client that its owner leaves unconnected', () => {
    it('Sentinel: says whose part that is, and what the client says', async () => {
      const server = await startSilentServer('redis')
      const { port } = new URL(server.uri)
      const redisClient = createSentinel({
        name: 'main',
        sentinelRootNodes: [{ host: '127.0.0.1', port: Number(port) }]
      }).on('error', () => {})
      const member = members.configure({ adapter: 'redis', redisClient } as SyncOptions)
      await eventually(() => /has not connected within 6 s, .*up to its owner/.test(member.texts()))
      await member.app.sync.close()
      await server.close()
      await eventually(() => !redisClient.isReady)
    })

    it('amqplib with `recovery`: says whose part that is', async () => {
      const server = await startSilentServer('amqp')
      const connection = await connect(server.uri, { recovery: { waitForConnect: false } })
      connection.on('error', () => {})
      const member = members.configure({ adapter: 'amqp', amqpConnection: connection } as SyncOptions)
      await eventually(() =>
        /has not connected within 6 s, .*up to its owner .*`timeout`/.test(member.texts())
      )
      await member.app.sync.close()
      await server.close()
      await connection.close()
    })
  })
})
