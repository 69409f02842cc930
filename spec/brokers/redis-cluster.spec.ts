import { expect } from 'chai'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import * as redis6 from 'redis'
import * as redis4 from 'redis-4'
import * as redis5 from 'redis-5'
import { type RedisCluster, startRedisCluster } from '../support/brokers/redis-cluster.js'
import { eventually } from '../support/eventually.js'
import type { HandedIn } from '../support/handed-in.js'
import { type Member, Members, range } from '../support/members.js'
import { expectLeftAlone } from './given-client.js'

interface Closable {
  on(event: string, listener: () => void): unknown
  connect(): Promise<unknown>
  destroy?(): void
  disconnect(): unknown
}

/** In ms: shorter than a failover. */
const HEARTBEAT = 300
/** Of the application's keys: the channel is none. */
const keyPrefix = 'app:'
const FAILOVER = { timeout: 20_000 }

const nodeRedis =
  (driver: { createCluster(options: object): unknown }, connects: boolean) =>
  async ({ rootNodes }: RedisCluster): Promise<HandedIn> => {
    const redisClient = driver.createCluster({ rootNodes, keyPrefix, defaults: { keyPrefix } }) as Closable
    redisClient.on('error', () => {})
    redisClient.on('node-error', () => {})
    if (connects) await redisClient.connect()
    const end = () => (redisClient.destroy ? redisClient.destroy() : redisClient.disconnect())
    return { options: { adapter: 'redis', redisClient }, end: () => (connects ? end() : undefined) }
  }
const ioredis =
  (driver: typeof ioredis6, lazyConnect: boolean) =>
  async ({ startupNodes }: RedisCluster): Promise<HandedIn> => {
    const redisClient = new driver.Cluster(startupNodes, { lazyConnect, redisOptions: { keyPrefix } })
    redisClient.on('error', () => {})
    return { options: { adapter: 'redis', redisClient }, end: () => redisClient.disconnect() }
  }

const FAMILIES: Record<string, (cluster: RedisCluster) => Promise<HandedIn>> = {
  '`rootNodes`': async ({ rootNodes }) => ({
    options: { adapter: 'redis', redisOptions: { rootNodes } },
    end: () => {}
  }),
  'a cluster of redis 4': nodeRedis(redis4, true),
  'a cluster of redis 5': nodeRedis(redis5, true),
  'a cluster of redis 6': nodeRedis(redis6, true),
  'a cluster of redis 6 that is never connected': nodeRedis(redis6, false),
  'a Cluster of ioredis 5': ioredis(ioredis5 as unknown as typeof ioredis6, false),
  'a Cluster of ioredis 6': ioredis(ioredis6, false),
  'a Cluster of ioredis 6 with lazyConnect': ioredis(ioredis6, true)
}

describe('a Redis Cluster', function () {
  this.timeout(60_000)
  let cluster: RedisCluster
  let members: Members
  let given: HandedIn[] = []

  beforeEach(() => {
    members = new Members()
    given = []
  })

  const clients = async () => {
    const lists = await Promise.all(
      cluster.nodes.map((node) => node.command('CLIENT', 'LIST', 'TYPE', 'normal'))
    )
    return lists
      .map((list) => (list.match(/^(\$\d+\r\n)?id=/gm)?.length ?? 1) - 1)
      .reduce((sum, one) => sum + one)
  }
  const subscriptions = (sharded: boolean) =>
    cluster.subscriptions(members.key, sharded ? 'SHARDNUMSUB' : 'NUMSUB')
  /** After a failover a driver may move its subscription once more, when it reads the slots again. */
  const expectSubscriptions = (count: number, sharded: boolean) =>
    eventually(async () => expect(await subscriptions(sharded)).to.equal(count), FAILOVER)

  afterEach(async () => {
    await members.closeAll()
    await Promise.all(given.map(({ end }) => end()))
  })

  async function start(family: (cluster: RedisCluster) => Promise<HandedIn>, sharded: boolean) {
    const first = await family(cluster)
    given.push(first)
    const one = members.configure({ ...first.options, sharded, heartbeat: HEARTBEAT })
    const two = members.configure({
      ...{ adapter: 'redis', redisOptions: { rootNodes: cluster.rootNodes } },
      ...{ sharded, heartbeat: HEARTBEAT }
    })
    await Promise.all([one, two].map(({ app }) => app.sync.ready))
    return [one, two] as const
  }

  async function expectExchange(one: Member, two: Member): Promise<void> {
    for (const member of [one, two]) member.make(5)
    await eventually(async () => {
      expect(two.got(one), `at the second, with ${two.texts()}`).to.deep.equal(range(1, one.made))
      expect(one.got(two), `at the first, with ${one.texts()}`).to.deep.equal(range(1, two.made))
    }, FAILOVER)
  }

  for (const sharded of [false, true]) {
    describe(sharded ? 'with `sharded`' : 'with the same channel at all nodes', () => {
      const families = Object.entries(FAMILIES).filter(([title]) => !(sharded && title.endsWith('redis 4')))

      before(async () => {
        cluster = await startRedisCluster()
      })
      after(() => cluster.stop())

      for (const [title, family] of families) {
        it(`${title}: exactly once, and two connections`, async () => {
          const [one, two] = await start(family, sharded)
          await expectExchange(one, two)
          expect(await subscriptions(sharded)).to.equal(2)
          expect([one, two].flatMap(({ errors }) => errors)).to.deep.equal([])
          await members.closeAll()
          await eventually(async () => (await subscriptions(sharded)) === 0)
          await Promise.all(given.splice(0).map(({ end }) => end()))
          await eventually(async () => (await clients()) === 0, { message: 'all connections to end' })
        })
      }

      for (const [title, family] of families) {
        it(`${title}: exactly once, through a failover`, async () => {
          const [one, two] = await start(family, sharded)
          await expectExchange(one, two)
          for (const [index, master] of cluster.masters.entries()) {
            const replica = cluster.nodes[index + 3]
            const isMaster = (await master.command('ROLE')).includes('master')
            await (isMaster ? replica : master)?.command('CLUSTER', 'FAILOVER')
            one.make(3)
            two.make(3)
          }
          await expectExchange(one, two)
          await expectSubscriptions(2, sharded)
          expect([one, two].flatMap(({ gaps }) => gaps)).to.deep.equal([])
          await cluster.settled()
        })
      }
    })
  }

  describe('whose slots move to another master', () => {
    before(async () => {
      cluster = await startRedisCluster()
    })
    after(() => cluster.stop())

    for (const [title, family] of Object.entries(FAMILIES)) {
      if (/4|never|lazy/.test(title)) continue
      it(`${title}: exactly once, where the channel is`, async () => {
        const [one, two] = await start(family, true)
        await expectExchange(one, two)
        for (let round = 0; round < 2; round += 1) {
          await cluster.move(members.key)
          one.make(3)
          two.make(3)
          await expectExchange(one, two)
        }
        await expectSubscriptions(2, true)
        expect([one, two].flatMap(({ gaps }) => gaps)).to.deep.equal([])
      })
    }
  })

  it('ends the process that was given a cluster, and prints nothing', async () => {
    cluster = await startRedisCluster()
    try {
      for (const [name, create, end] of [
        ['redis-4', `createCluster({ rootNodes })`, 'disconnect'],
        ['redis-5', `createCluster({ rootNodes })`, 'destroy'],
        ['redis', `createCluster({ rootNodes })`, 'destroy'],
        ['ioredis-5', 'new Cluster(startupNodes)', 'disconnect'],
        ['ioredis', 'new Cluster(startupNodes)', 'disconnect']
      ] as const) {
        const setUp = `
          import { ${create.match(/\w+Cluster|Cluster/)?.[0]} } from '${name}'
          const rootNodes = ${JSON.stringify(cluster.rootNodes)}
          const startupNodes = ${JSON.stringify(cluster.startupNodes)}`
        await expectLeftAlone(setUp, create, end)
      }
    } finally {
      await cluster.stop()
    }
  })

  describe('whose masters are killed, one after the other', () => {
    beforeEach(async () => {
      cluster = await startRedisCluster()
    })
    afterEach(() => cluster.stop())

    for (const [title, family] of Object.entries(FAMILIES)) {
      if (/never|lazy/.test(title)) continue
      it(`${title}: exactly once`, async () => {
        const [one, two] = await start(family, title.includes('6'))
        await expectExchange(one, two)
        for (const index of [0, 1]) {
          await cluster.masters[index]?.kill()
          one.make(3)
          two.make(3)
          await eventually(async () => {
            const replica = cluster.nodes[index + 3]
            return (await replica?.command('ROLE'))?.includes('master')
          }, FAILOVER)
        }
        await expectExchange(one, two)
        expect([one, two].flatMap(({ gaps }) => gaps)).to.deep.equal([])
      })
    }
  })
})
