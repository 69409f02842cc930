import { describeEvents } from '../conformance/events.js'
import { describeSyncAdapter } from '../conformance/index.js'
import { Instances } from '../conformance/instances.js'
import type { NatsBroker } from '../support/brokers/nats.js'
import { startNatsCluster } from '../support/brokers/nats-cluster.js'
import type { RabbitBroker } from '../support/brokers/rabbitmq.js'
import { startRabbitCluster } from '../support/brokers/rabbitmq-cluster.js'
import { type RedisCluster, startRedisCluster } from '../support/brokers/redis-cluster.js'
import { type SentinelSetup, startSentinelSetup } from '../support/brokers/sentinel.js'

interface Node {
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** In the outages of the suite all nodes end: with one of them gone the others serve, and that is tested by specs of their own. */
const outage = (nodes: () => readonly Node[], settled?: () => Promise<void>) => ({
  kill: async () => {
    await Promise.all(nodes().map((node) => node.kill()))
  },
  start: async () => {
    await Promise.all(nodes().map((node) => node.start()))
    await settled?.()
  }
})

describe('on several nodes', function () {
  this.timeout(120_000)

  for (const sharded of [false, true]) {
    describe(`Redis Cluster${sharded ? ', `sharded`' : ''}`, () => {
      let cluster: RedisCluster

      before(async () => {
        cluster = await startRedisCluster()
      })
      after(() => cluster.stop())

      describeSyncAdapter('redis', {
        options: () => ({ adapter: 'redis', redisOptions: { rootNodes: cluster.rootNodes }, sharded }),
        broker: outage(
          () => cluster.nodes,
          () => cluster.settled()
        )
      })
    })
  }

  describe('Redis Sentinel', () => {
    let setup: SentinelSetup

    before(async () => {
      setup = await startSentinelSetup()
    })
    after(() => setup.stop())

    describeSyncAdapter('redis', {
      options: () => ({
        adapter: 'redis',
        redisOptions: {
          name: 'main',
          sentinelRootNodes: [{ host: '127.0.0.1', port: setup.sentinel.port }]
        }
      }),
      // the Sentinel first, which would promote the replica
      broker: outage(() => [setup.sentinel, setup.primary, setup.replica])
    })
  })

  describe('a NATS cluster', () => {
    let nodes: NatsBroker[]

    before(async () => {
      nodes = await startNatsCluster()
    })
    after(() => Promise.all(nodes.map((node) => node.stop())))

    // A node hears a moment later of a subscription at another one. What it carries until then delivery gets back, not an adapter
    // alone: so whole instances are at different nodes, and adapters at one, until it ends.
    const uris = () => nodes.map(({ uri }) => uri)

    describeSyncAdapter('nats', {
      options: () => ({ uri: uris(), natsConnectionOptions: { noRandomize: true } }),
      takesLargeMessages: false,
      broker: outage(() => nodes)
    })

    describe('events between instances at different nodes', () => {
      let instances: Instances
      let count = 0

      beforeEach(() => {
        instances = new Instances({ options: () => ({ uri: uris()[++count % nodes.length] ?? '' }) })
      })
      afterEach(() => instances.closeAll())

      describeEvents(() => instances)
    })
  })

  describe('a RabbitMQ cluster', () => {
    let nodes: [RabbitBroker, RabbitBroker]

    before(async () => {
      nodes = await startRabbitCluster()
    })
    after(() => Promise.all(nodes.map((node) => node.stop())))

    describeSyncAdapter('amqp', {
      options: () => ({ uri: nodes.map(({ uri }) => uri) }),
      broker: outage(() => nodes)
    })
  })
})
