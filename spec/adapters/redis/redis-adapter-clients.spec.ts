import type { EventEmitter } from 'node:events'
import { expect } from 'chai'
import * as redis6 from 'redis'
import * as redis4 from 'redis-4'
import * as redis5 from 'redis-5'
import { RedisAdapter } from '../../../lib/adapters/redis/redis-adapter.js'
import type { SyncError } from '../../../lib/errors.js'
import { rejection } from '../../conformance/rejection.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'

/** What the versions have in common. */
interface Client extends EventEmitter {
  isOpen: boolean
  isReady: boolean
  connect(): Promise<unknown>
  duplicate(): Client
  ping(): Promise<unknown>
  quit(): Promise<unknown>
  destroy?(): void
  disconnect(): Promise<unknown>
}

const versions: Record<string, { createClient(options: object): unknown }> = {
  'redis 4': redis4,
  'redis 5': redis5,
  'redis 6': redis6
}
const EVENTS = ['error', 'ready', 'end', 'connect', 'reconnecting']

describe('RedisAdapter with a client of the user', () => {
  let broker: RedisBroker

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())
  afterEach(closeProbes)

  for (const [version, driver] of Object.entries(versions)) {
    describe(version, () => {
      let client: Client
      const errors: Error[] = []

      const create = (options: object = {}) => driver.createClient({ url: broker.uri, ...options }) as Client
      const given = () => probe(new RedisAdapter(), { adapter: 'redis', redisClient: client })
      const other = () => probe(new RedisAdapter(), { uri: broker.uri })
      const subscriptions = async () =>
        (await broker.command('PUBSUB', 'NUMSUB', 'feathers-sync')).split(':').at(-1)

      beforeEach(() => {
        errors.length = 0
        client = create()
        client.on('error', (error) => errors.push(error))
      })

      afterEach(async () => {
        await closeProbes()
        if (client.destroy && client.isOpen) client.destroy()
        else if (client.isOpen) await client.disconnect()
        await eventually(async () => (await subscriptions()) === '0\r\n', {
          message: 'the subscriptions to end'
        })
      })

      async function expectInSync(one: Probe, two: Probe): Promise<void> {
        await Promise.all([one.ready, two.ready])
        await expectOneCopy(one, [two])
        await expectOneCopy(two, [one])
      }

      it('takes one that is connected, and leaves it as it was', async () => {
        await client.connect()
        const listeners = () => EVENTS.map((event) => client.listeners(event).length)
        const before = listeners()
        const one = given()
        await expectInSync(one, other())
        await one.adapter.close()
        expect(listeners()).to.deep.equal(before)
        expect(await client.ping()).to.equal('PONG')
        expect(errors).to.deep.equal([])
      })

      it('connects one that is not, and does not close it', async () => {
        const one = given()
        await expectInSync(one, other())
        await one.adapter.close()
        expect(await client.ping()).to.equal('PONG')
        expect(client.listeners('error')).to.have.length(1) // the user's
        await one.adapter.connect({ receive() {}, error() {}, status() {} })
        expect(client.listeners('error')).to.have.length(2)
        expect(errors).to.deep.equal([])
      })

      it('lets its owner connect it right after configure, whatever option it comes in', async () => {
        const one = probe(new RedisAdapter(), { adapter: 'redis', db: client })
        for (let count = 0; count < 50; count += 1) await undefined // not quite at once
        await client.connect()
        await expectInSync(one, other())
        expect(errors).to.deep.equal([])
      })

      it('is back when its owner has closed and connected it again', async () => {
        await client.connect()
        const [one, two] = [given(), other()]
        await expectInSync(one, two)
        await client.quit()
        await eventually(() => one.adapter.status === 'reconnecting')
        expect(await rejection(one.adapter.publish(Buffer.of(1)))).to.include({ kind: 'publish' })
        await client.connect()
        await eventually(() => one.adapter.status === 'ready')
        await expectInSync(one, two)
      })

      it('is back after an outage, by its own retries and not by its queue', async () => {
        await client.connect()
        let inVain: Promise<unknown> | undefined
        client.once('error', () => {
          // Its owner hears of the outage before the adapter does.
          inVain = rejection(one.adapter.publish(Buffer.from('in vain')))
        })
        const [one, two] = [given(), other()]
        await expectInSync(one, two)
        await broker.kill()
        await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'reconnecting'))
        const start = performance.now()
        expect(await rejection(one.adapter.publish(Buffer.from('in vain')))).to.include({ kind: 'publish' })
        expect(await inVain).to.include({ kind: 'publish' })
        expect(performance.now() - start).to.be.below(100)
        await broker.start()
        await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'))
        await expectInSync(one, two)
        expect(two.received.map(String)).not.to.include('in vain')
      })

      it('restores its subscription at its own pace, not at that of the client', async () => {
        client = create({ socket: { reconnectStrategy: () => 60_000 } }).on('error', (error) =>
          errors.push(error)
        ) as Client
        await client.connect()
        const [one, two] = [given(), other()]
        await expectInSync(one, two)
        await broker.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await eventually(() => one.statuses.includes('reconnecting') && one.adapter.status === 'ready')
        await eventually(() => two.statuses.includes('reconnecting') && two.adapter.status === 'ready')
        await expectInSync(one, two)
      })

      it('reports credentials that are refused, and ends no process by what the client says later', async () => {
        client = create({ username: 'nobody', password: 'secret' })
        const one = given()
        const error = (await rejection(one.ready)) as SyncError
        expect(error.kind).to.equal('auth')
        expect(error.message).not.to.contain('secret')
        let retries = 0
        client.on('reconnecting', () => {
          retries += 1
        })
        await eventually(() => retries === 2)
      })
    })
  }
})
