import { expect } from 'chai'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { RedisAdapter } from '../../../lib/adapters/redis/redis-adapter.js'
import type { RedisSyncOptions } from '../../../lib/sync/options.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { startProxy, type TcpProxy } from '../../support/proxy.js'

/** In ms. */
const HEARTBEAT = 200

describe('RedisAdapter at a server that changes its role', () => {
  let primary: RedisBroker
  let replica: RedisBroker
  /** Leads to the primary, as a DNS name does. */
  let network: TcpProxy
  const ends: (() => unknown)[] = []

  beforeEach(async () => {
    const args = ['--repl-diskless-sync-delay', '0']
    primary = await startRedis({ args })
    replica = await startRedis({ args: [...args, '--replicaof', '127.0.0.1', `${primary.port}`] })
    await eventually(async () => (await replica.command('ROLE')).includes('connected'))
    network = await startProxy(primary.port)
  })
  afterEach(async () => {
    await closeProbes()
    for (const end of ends.splice(0)) end()
    await network.close()
    await Promise.all([primary.stop(), replica.stop()])
  })

  const redis = (options: RedisSyncOptions): Probe =>
    probe(new RedisAdapter(), { adapter: 'redis', heartbeat: HEARTBEAT, ...options })
  const failOver = async () => {
    await replica.command('REPLICAOF', 'NO', 'ONE')
    network.targetPort = replica.port
    await primary.command('REPLICAOF', '127.0.0.1', `${replica.port}`)
  }
  const texts = ({ errors }: Probe) => errors.map(({ kind, message }) => `${kind}: ${message}`).join('\n')

  const ways: Record<string, () => RedisSyncOptions> = {
    'by its URI': () => ({ uri: `redis://127.0.0.1:${network.port}` }),
    'by a client of node-redis, whose own connection stays': () => {
      const redisClient = createClient({ url: `redis://127.0.0.1:${network.port}` })
      ends.push(() => redisClient.destroy())
      return { redisClient }
    },
    'by a client of ioredis': () => {
      const redisClient = new Redis(network.port, '127.0.0.1').on('error', () => {})
      ends.push(() => redisClient.disconnect())
      return { redisClient }
    }
  }
  for (const [title, options] of Object.entries(ways)) {
    it(`${title}: notices within a heartbeat, reports, and follows`, async () => {
      const one = redis(options())
      await one.ready
      await failOver()
      const began = performance.now()
      await eventually(() => one.statuses.includes('reconnecting'))
      expect(performance.now() - began).to.be.below(5 * HEARTBEAT)
      expect(texts(one)).to.match(
        /^connect: .* is away: the server has become a replica \(of 127\.0\.0\.1:\d+\)$/m
      )
      await eventually(() => one.adapter.status === 'ready')
      const other = redis({ uri: replica.uri })
      await other.ready
      await expectOneCopy(one, [other])
      await expectOneCopy(other, [one])
    })
  }

  it('reports that it is connected to a replica, unless it only receives', async () => {
    const [one, listener] = [redis({ uri: replica.uri }), redis({ uri: replica.uri, mode: 'receive' })]
    await Promise.all([one.ready, listener.ready])
    expect(texts(one)).to.match(
      new RegExp(
        `^publish: .* is connected to a replica \\(of 127\\.0\\.0\\.1:${primary.port}\\): what is published`
      )
    )
    expect(one.errors).to.have.length(1)
    expect(listener.errors).to.deep.equal([])
  })
})
