import { expect } from 'chai'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import { RedisAdapter } from '../../../lib/adapters/redis/redis-adapter.js'
import type { SyncError } from '../../../lib/errors.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { runScript } from '../../support/process.js'

const versions = { 'ioredis-5': ioredis5.Redis, ioredis: ioredis6.Redis } as unknown as Record<
  string,
  typeof ioredis6.Redis
>
const EVENTS = ['error', 'ready', 'end', 'close', 'connect', 'messageBuffer']

describe('RedisAdapter with a client of ioredis', () => {
  let broker: RedisBroker

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())
  afterEach(closeProbes)

  for (const [version, Redis] of Object.entries(versions)) {
    describe(version, () => {
      let client: ioredis6.Redis

      const given = () => probe(new RedisAdapter(), { adapter: 'redis', redisClient: client })
      const other = () => probe(new RedisAdapter(), { uri: broker.uri })
      const create = (options: object = {}) => new Redis(broker.port, '127.0.0.1', options)

      afterEach(async () => {
        await closeProbes()
        client?.disconnect()
        await eventually(
          async () => (await broker.command('CLIENT', 'LIST')).match(/^(\$\d+\r\n)?id=/gm)?.length === 1,
          { message: 'all connections to end' } // what is left is the question's own
        )
      })

      async function expectInSync(one: Probe, two: Probe): Promise<void> {
        await Promise.all([one.ready, two.ready])
        await expectOneCopy(one, [two])
        await expectOneCopy(two, [one])
      }

      describe('as a SyncAdapter', () => {
        beforeEach(() => {
          client = create().on('error', () => {})
        })
        describeSyncAdapter(version, {
          options: () => ({ adapter: 'redis', redisClient: client }),
          broker: { kill: () => broker.kill(), start: () => broker.start() }
        })
      })

      for (const [state, options] of [
        ['is connecting', {}],
        ['is never connected', { lazyConnect: true }],
        [
          'has options of its own',
          {
            keyPrefix: 'app:',
            enableOfflineQueue: false,
            maxRetriesPerRequest: 1,
            autoResubscribe: false,
            commandTimeout: 1000,
            enableAutoPipelining: true,
            stringNumbers: true,
            connectionName: 'theirs'
          }
        ]
      ] as const) {
        it(`takes one that ${state}, and leaves it as it was`, async () => {
          client = create(options)
          const listeners = () => EVENTS.map((event) => client.listenerCount(event))
          const before = listeners()
          const one = given()
          await expectInSync(one, other())
          expect(await broker.command('PUBSUB', 'CHANNELS')).to.equal('*1\r\n$13\r\nfeathers-sync\r\n')
          await one.adapter.close()
          if (!('lazyConnect' in options)) expect(await client.ping()).to.equal('PONG')
          expect(client.status).to.equal('lazyConnect' in options ? 'wait' : 'ready')
          if (client.status === 'ready') expect(listeners()).to.deep.equal(before)
        })
      }

      it('takes one that has subscribed, or that its owner connects later', async () => {
        client = create({ lazyConnect: true })
        const [one, two] = [given(), other()]
        await client.subscribe('theirs')
        await expectInSync(one, two)
        await one.adapter.close()
        expect(await broker.command('PUBSUB', 'NUMSUB', 'theirs')).to.match(/:1\r\n$/)
      })

      it('is back when its connections were killed, with one subscription', async () => {
        client = create()
        const [one, two] = [given(), other()]
        await expectInSync(one, two)
        for (const type of ['pubsub', 'normal']) {
          const before = one.statuses.length
          await broker.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
          await eventually(() => one.statuses.slice(before).includes('reconnecting'))
          await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'))
          await expectInSync(one, two)
        }
        expect(await broker.command('PUBSUB', 'NUMSUB', 'feathers-sync')).to.match(/:2\r\n$/)
      })

      it('reports credentials that are refused, without them', async () => {
        client = create({ username: 'nobody', password: 's3cret' })
        client.on('error', () => {})
        const error = (await rejection(given().ready)) as SyncError
        expect(error.kind).to.equal('auth')
        expect(error.message)
          .to.match(/WRONGPASS/)
          .and.not.contain('s3cret')
      })

      it('ends its process, and prints nothing', async () => {
        const { output, errors, code, lingered } = await runScript(`
          import { feathers } from '@feathersjs/feathers'
          import { Redis } from '${version}'
          import sync from './lib/index.ts'
          const redisClient = new Redis(${broker.port}, '127.0.0.1')
          const app = feathers().configure(sync.redis({ redisClient }))
          await app.sync.ready
          await app.teardown()
          console.log(await redisClient.ping())
          redisClient.disconnect()`)
        expect({ output, errors, code }).to.deep.equal({ output: 'PONG\n', errors: '', code: 0 })
        expect(lingered).to.be.below(1500)
      })
    })
  }
})
