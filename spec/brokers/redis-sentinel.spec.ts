import { expect } from 'chai'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import * as redis6 from 'redis'
import * as redis5 from 'redis-5'
import type { RedisBroker } from '../support/brokers/redis.js'
import { type SentinelBroker, type SentinelSetup, startSentinelSetup } from '../support/brokers/sentinel.js'
import { eventually } from '../support/eventually.js'
import type { HandedIn } from '../support/handed-in.js'
import { Members, range } from '../support/members.js'
import { expectLeftAlone } from './given-client.js'

interface SentinelClient {
  on(event: string, listener: () => void): unknown
  connect(): Promise<unknown>
  destroy(): unknown
}

/** In ms: shorter than a failover. */
const HEARTBEAT = 300
const FAILOVER = { timeout: 20_000 }

const rootNodes = ({ port }: SentinelBroker) => [{ host: '127.0.0.1', port }]
const nodeRedis =
  (driver: { createSentinel(options: object): unknown }, connects: boolean) =>
  async (sentinel: SentinelBroker): Promise<HandedIn> => {
    const options = { name: 'main', sentinelRootNodes: rootNodes(sentinel) }
    const redisClient = driver.createSentinel(options) as SentinelClient
    redisClient.on('error', () => {})
    if (connects) await redisClient.connect()
    return { options: { adapter: 'redis', redisClient }, end: () => redisClient.destroy() }
  }
const ioredis =
  (Redis: typeof ioredis6.Redis, failoverDetector = false) =>
  async (sentinel: SentinelBroker): Promise<HandedIn> => {
    const redisClient = new Redis({ name: 'main', sentinels: rootNodes(sentinel), failoverDetector })
    redisClient.on('error', () => {})
    return { options: { adapter: 'redis', redisClient }, end: () => redisClient.disconnect() }
  }

const FAMILIES: Record<string, (sentinel: SentinelBroker) => Promise<HandedIn>> = {
  '`sentinelRootNodes`': async (sentinel) => ({
    options: { adapter: 'redis', redisOptions: { name: 'main', sentinelRootNodes: rootNodes(sentinel) } },
    end: () => {}
  }),
  'a Sentinel client of redis 5': nodeRedis(redis5, true),
  'a Sentinel client of redis 6': nodeRedis(redis6, true),
  'a Sentinel client of redis 6 that is not connected yet': nodeRedis(redis6, false),
  'a Redis of ioredis 5': ioredis(ioredis5.Redis as unknown as typeof ioredis6.Redis),
  'a Redis of ioredis 6': ioredis(ioredis6.Redis),
  'a Redis of ioredis 6 with `failoverDetector`': ioredis(ioredis6.Redis, true)
}

describe('Redis Sentinel', function () {
  this.timeout(60_000)
  let setup: SentinelSetup
  let primary: RedisBroker
  let replica: RedisBroker
  let sentinel: SentinelBroker
  let members: Members
  let given: HandedIn | undefined

  beforeEach(async () => {
    members = new Members()
    setup = await startSentinelSetup()
    ;({ primary, replica, sentinel } = setup)
  })
  afterEach(async () => {
    await members.closeAll()
    await given?.end()
    await setup.stop()
  })

  for (const [title, family] of Object.entries(FAMILIES)) {
    it(`${title}: exactly once, while the primary is killed`, async () => {
      given = await family(sentinel)
      const one = members.configure({ ...given.options, heartbeat: HEARTBEAT })
      const two = members.configure({
        ...{ adapter: 'redis', redisOptions: { name: 'main', sentinelRootNodes: rootNodes(sentinel) } },
        heartbeat: HEARTBEAT
      })
      await Promise.all([one, two].map(({ app }) => app.sync.ready))
      const exchange = async () => {
        for (const member of [one, two]) member.make(5)
        await eventually(async () => {
          expect(two.got(one), `at the second, with ${two.texts()}`).to.deep.equal(range(1, one.made))
          expect(one.got(two), `at the first, with ${one.texts()}`).to.deep.equal(range(1, two.made))
        }, FAILOVER)
      }
      await exchange()
      await primary.kill()
      await eventually(() => [one, two].every(({ app }) => app.sync.status === 'reconnecting'))
      await exchange()
      expect([one, two].flatMap(({ gaps }) => gaps)).to.deep.equal([])
      expect(await replica.command('PUBSUB', 'NUMSUB', members.key)).to.match(/:2\r\n$/)
      await members.closeAll()
      await given.end()
      const others = async () => {
        const list = (await replica.command('CLIENT', 'LIST')).match(/^(\$\d+\r\n)?id=.*$/gm) ?? []
        return list.filter((line) => !line.includes('name=sentinel-')).length - 1 // the question's own
      }
      await eventually(async () => (await others()) === 0, { message: 'all connections to end' })
    })
  }

  it('ends the process that was given a client, and prints nothing', async () => {
    const options = JSON.stringify({ name: 'main', sentinelRootNodes: rootNodes(sentinel) })
    for (const [imports, create, end] of [
      ["createSentinel } from 'redis-5'", `createSentinel(${options})`, 'destroy'],
      ["createSentinel } from 'redis'", `createSentinel(${options})`, 'destroy'],
      [
        "Redis } from 'ioredis'",
        `new Redis(${options.replace('sentinelRootNodes', 'sentinels')})`,
        'disconnect'
      ]
    ] as const) {
      await expectLeftAlone(`import { ${imports}`, create, end)
    }
  })
})
