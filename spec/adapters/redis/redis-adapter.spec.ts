import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { RedisClient } from 'redis'
import { spy } from 'sinon'
import { RedisAdapter } from '../../../lib/adapters/redis/redis-adapter.js'
import type { SyncError } from '../../../lib/errors.js'
import type { RedisSyncOptions } from '../../../lib/sync/options.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { throughPort } from '../../support/places.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { startProxy } from '../../support/proxy.js'

describe('RedisAdapter', () => {
  let broker: RedisBroker

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())
  afterEach(closeProbes)

  describeSyncAdapter('redis', {
    options: () => ({ uri: broker.uri }),
    broker: { kill: () => broker.kill(), start: () => broker.start() }
  })

  const redis = (options: RedisSyncOptions = {}): Probe =>
    probe(new RedisAdapter(), { uri: broker.uri, ...options })

  async function expectInSync(...probes: [Probe, Probe]): Promise<void> {
    const [one, two] = probes
    await Promise.all(probes.map(({ ready }) => ready))
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
  }

  describe('options', () => {
    it('takes a valkey: URI', async () => {
      await expectInSync(redis({ uri: broker.uri.replace('redis:', 'valkey:') }), redis())
    })

    it('is told apart by `key`, not by a database number', async () => {
      const [one, other] = [redis({ uri: `${broker.uri}/1` }), redis({ key: 'other' })]
      await expectInSync(one, redis({ uri: `${broker.uri}/2` }))
      await other.ready
      await expectOneCopy(other, [other])
      expect(other.received).to.have.length(2)
    })

    it("hands redisOptions to the driver, feathers-sync 3's `return_buffers` too", async () => {
      const redisOptions = { return_buffers: true, name: 'named-by-options' }
      await expectInSync(redis({ redisOptions }), redis())
      expect(await broker.command('CLIENT', 'LIST')).to.match(/name=named-by-options .*sub=1/)
    })

    it('keeps its channel with a `keyPrefix`', async () => {
      await expectInSync(redis({ redisOptions: { keyPrefix: 'app:' } }), redis())
    })

    it('connects to where redisOptions say when there is no URI', async () => {
      const one = probe(new RedisAdapter(), { adapter: 'redis', redisOptions: { url: broker.uri } })
      await expectInSync(one, redis())
    })
  })

  it('makes its clients without the methods for all commands, which would take 12 MB of memory', async () => {
    const factory = spy(RedisClient, 'factory')
    try {
      await expectInSync(redis(), redis())
      expect(factory.callCount).to.equal(0)
    } finally {
      factory.restore()
    }
  })

  it('waits for a server that is slow, longer than the driver waits for other commands', async () => {
    const network = await startProxy(broker.port)
    const uri = throughPort(broker.uri, network.port)
    const one = redis({ uri, redisOptions: { commandOptions: { timeout: 100 } } })
    await one.ready
    network.stall('up')
    // More than the buffers on the way take: the last ones wait in the driver's queue.
    const published = Promise.all(
      Array.from({ length: 32 }, () => one.adapter.publish(Buffer.alloc(1024 * 1024)))
    )
    published.catch(() => {})
    await delay(500)
    network.resume()
    try {
      await published
    } finally {
      await one.adapter.close()
      await network.close()
    }
  })

  describe('credentials', () => {
    let guarded: RedisBroker

    before(async () => {
      guarded = await startRedis({ password: 'p@ss' })
      for (const [name, channels, denied] of [
        ['deaf', '&*', '-subscribe'],
        ['mute', '&*', '-publish'],
        ['elsewhere', '&other', '+@all']
      ] as const) {
        await guarded.command(
          'ACL',
          'SETUSER',
          name,
          'on',
          '>s3cret',
          '+@all',
          denied,
          'resetchannels',
          channels
        )
      }
    })
    after(() => guarded.stop())

    const as = (user: string, password: string) =>
      redis({ uri: `redis://${user}:${password}@127.0.0.1:${guarded.port}` })

    async function refusal({ ready, adapter }: Probe): Promise<string> {
      const error = (await rejection(ready)) as SyncError
      expect(error.kind).to.equal('auth')
      expect(adapter.status).to.equal('closed')
      await eventually(async () => (await guarded.command('CLIENT', 'LIST')).match(/^id=/gm)?.length === 1, {
        message: 'its connections to end' // what is left is the question's own
      })
      return error.message
    }

    it('are taken from the URI', async () => {
      await expectInSync(redis({ uri: guarded.uri }), redis({ uri: guarded.uri }))
    })

    it('refused: ready rejects, naming the adapter and the redacted URI', async () => {
      expect(await refusal(as('default', 'wr0ng'))).to.match(
        /^feathers-sync: the redis adapter at redis:\/\/default:\*\*\*@127\.0\.0\.1:\d+ was refused: WRONGPASS/
      )
    })

    it('missing: ready rejects', async () => {
      expect(await refusal(redis({ uri: `redis://127.0.0.1:${guarded.port}` }))).to.match(
        /was refused: NOAUTH/
      )
    })

    for (const user of ['deaf', 'elsewhere']) {
      it(`without the right to subscribe (${user}): ready rejects`, async () => {
        expect(await refusal(as(user, 's3cret'))).to.match(/may not subscribe: NOPERM/)
      })
    }

    it('without the right to publish: it receives, and each publish() is refused', async () => {
      const [mute, other] = [as('mute', 's3cret'), redis({ uri: guarded.uri })]
      await Promise.all([mute.ready, other.ready])
      await expectOneCopy(other, [mute])
      const error = (await rejection(mute.adapter.publish(Buffer.of(1)))) as SyncError
      expect(error.kind).to.equal('publish')
      expect(error.message)
        .to.match(/could not publish: NOPERM/)
        .and.not.to.contain('s3cret')
    })

    it('changed while connected: it goes on trying until they are right again', async () => {
      const login = (password: string) =>
        guarded.command('ACL', 'SETUSER', 'rotated', 'resetpass', `>${password}`)
      await guarded.command('ACL', 'SETUSER', 'rotated', 'on', '~*', '&*', '+@all')
      await login('s3cret')
      const [one, other] = [as('rotated', 's3cret'), redis({ uri: guarded.uri })]
      await Promise.all([one.ready, other.ready])
      await login('n3w')
      await guarded.command('CLIENT', 'KILL', 'USER', 'rotated')
      await eventually(() => one.errors.filter(({ message }) => /WRONGPASS/.test(message)).length > 4)
      expect(one.adapter.status).to.equal('reconnecting')
      await login('s3cret')
      await eventually(() => one.adapter.status === 'ready')
      await expectInSync(one, other)
    })
  })
})
