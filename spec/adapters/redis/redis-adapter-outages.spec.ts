import type { LookupOptions } from 'node:dns'
import { expect } from 'chai'
import { createClient } from 'redis'
import { RedisAdapter } from '../../../lib/adapters/redis/redis-adapter.js'
import type { RedisSyncOptions } from '../../../lib/sync/options.js'
import { freePort } from '../../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { runScript } from '../../support/process.js'
import { startProxy, type TcpProxy } from '../../support/proxy.js'

describe('RedisAdapter when connections fail', () => {
  let broker: RedisBroker
  let proxy: TcpProxy
  let uri: string

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())

  beforeEach(async () => {
    proxy = await startProxy(broker.port)
    uri = `redis://127.0.0.1:${proxy.port}`
  })

  afterEach(async () => {
    await closeProbes()
    await proxy.close()
  })

  const redis = (options: RedisSyncOptions = {}): Probe => probe(new RedisAdapter(), { uri, ...options })

  async function expectInSync(...[one, two]: [Probe, Probe]): Promise<void> {
    await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'))
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
  }

  for (const type of ['pubsub', 'normal']) {
    it(`is back after CLIENT KILL TYPE ${type}, with one subscription`, async () => {
      const [one, two] = [redis(), redis()]
      await expectInSync(one, two)
      for (let times = 1; times <= 3; times += 1) {
        await broker.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
        for (const { statuses } of [one, two]) {
          await eventually(() => statuses.filter((status) => status === 'reconnecting').length >= times)
        }
        await expectInSync(one, two)
      }
      expect(await broker.command('PUBSUB', 'NUMSUB', 'feathers-sync')).to.match(/:2\r\n$/)
    })
  }

  it('subscribes when the first SUBSCRIBE was cut', async () => {
    const client = createClient({ url: uri }).on('error', () => {})
    let cuts = 0
    const duplicate = client.duplicate.bind(client)
    client.duplicate = (overrides) => {
      const subscriber = duplicate(overrides)
      const subscribe = subscriber.subscribe
      subscriber.subscribe = ((...args: Parameters<typeof subscribe>) => {
        const first = cuts++ === 0
        if (first) proxy.stall('up')
        const result = subscribe.apply(subscriber, args)
        if (first) setImmediate(() => proxy.cut())
        if (first) setImmediate(() => proxy.resume())
        return result
      }) as typeof subscribe
      return subscriber
    }
    const [one, two] = [probe(new RedisAdapter(), { adapter: 'redis', redisClient: client }), redis()]
    await one.ready
    expect(cuts).to.be.greaterThan(1)
    await expectInSync(one, two)
    await one.adapter.close()
    client.destroy()
  })

  it('connects anew where a reconnectStrategy of the user gives up', async () => {
    const redisOptions = { socket: { reconnectStrategy: false } }
    proxy.refuse()
    const [one, two] = [redis({ redisOptions }), redis()]
    await eventually(() => one.errors.length > 1)
    await proxy.accept()
    await expectInSync(one, two)
    for (const type of ['normal', 'pubsub']) {
      const before = one.statuses.length
      await broker.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
      await eventually(() => one.statuses.slice(before).includes('reconnecting'))
      await expectInSync(one, two)
    }
    expect(await broker.command('PUBSUB', 'NUMSUB', 'feathers-sync')).to.match(/:2\r\n$/)
  })

  it('leaves no connection when it is closed at any moment', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const { adapter } = redis()
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      await adapter.close()
    }
    await eventually(() => proxy.connections === 0, { message: 'the connections to end', timeout: 3000 })
  })

  for (const name of ['redis-4', 'redis-5', 'redis']) {
    it(`leaves no connection when it is closed while ${name} is making one`, async () => {
      const waiting: (() => void)[] = []
      let holds = false
      const lookup = (_host: string, { all }: LookupOptions, found: (...answer: unknown[]) => void) => {
        const answer = () => found(null, all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4)
        if (holds) waiting.push(answer)
        else answer()
      }
      const driver: typeof import('redis') = await import(name)
      const client = driver.createClient({
        socket: { host: 'localhost', port: proxy.port, lookup } as object
      })
      await client.connect()
      holds = true
      const { adapter } = probe(new RedisAdapter(), { adapter: 'redis', redisClient: client })
      await eventually(() => waiting.length === 1)
      await adapter.close()
      for (const answer of waiting) answer()
      const { adapter: later, ready } = redis()
      await ready // whatever was begun before has been made
      await later.close()
      await eventually(() => proxy.connections === 1, { message: 'only the connection of the client' })
      await client.disconnect()
    })
  }

  for (const [state, port] of Object.entries({
    'while the broker is absent': freePort,
    'when it is ready': async () => broker.port
  })) {
    it(`does not hold the process when it is closed ${state}`, async () => {
      const { output, errors, code, lingered } = await runScript(`
        import { feathers } from '@feathersjs/feathers'
        import sync from './lib/index.ts'
        const app = feathers().configure(sync({ uri: 'redis://127.0.0.1:${await port()}' }))
        await Promise.race([app.sync.ready, new Promise((resolve) => app.on('sync-error', resolve))])
        await app.teardown()
        console.log('closed')`)
      expect({ output, errors, code }).to.deep.equal({ output: 'closed\n', errors: '', code: 0 })
      expect(lingered).to.be.below(1500)
    })
  }
})
