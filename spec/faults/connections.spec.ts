import { expect } from 'chai'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { EMBEDDED, everywhere, type Meeting, type Site } from './everywhere.js'

/** Has three instances publish, something done to their connections twice meanwhile, and all of them notice. */
function withPublishing<Kind extends Meeting>(close: (broker: Kind) => Promise<unknown>) {
  return async ({ fleet, broker }: Site<Kind>) => {
    const instances = await fleet.start(3)
    const making = Promise.all(instances.map((one) => one.make(1500, { perSecond: 500 })))
    for (const times of [1, 2]) {
      await Promise.all(instances.map((one) => one.until(({ made }) => made > times * 400)))
      await close(broker)
      for (const one of instances) await one.until(({ reconnects }) => reconnects >= times)
      await Promise.all(instances.map((one) => one.until(({ status }) => status === 'ready')))
    }
    await making
    await fleet.settled()
  }
}

describe('connections that the broker closes', function () {
  this.timeout(180_000)

  it('Redis: those that subscribe', () =>
    everywhere(
      { redis: () => startRedis() },
      {},
      withPublishing((redis) => redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'))
    ))

  it('Redis: those that publish', () =>
    everywhere(
      { redis: () => startRedis() },
      {},
      withPublishing((redis) => redis.command('CLIENT', 'KILL', 'TYPE', 'normal'))
    ))

  it('RabbitMQ: all', () =>
    everywhere(
      { amqp: sharedRabbit },
      {},
      withPublishing((rabbit) => rabbit.closeConnections())
    ))

  it('NATS: one by one, before it ends', () =>
    everywhere(
      { nats: () => startNats() },
      {},
      withPublishing(async (nats) => {
        nats.lameDuck()
        await eventually(() => nats.start(), { timeout: 60_000 }) // as soon as it has ended
      })
    ))

  it('ipc: by dying, and so does the hub after it', () =>
    everywhere(EMBEDDED, {}, async ({ fleet }) => {
      const [hub] = await fleet.start(1)
      const others = await fleet.start(3)
      await Promise.all(others.map((one) => one.make(100)))
      const making = Promise.all(others.map((one) => one.make(1500, { perSecond: 500 })))
      await others[0].until(({ made }) => made > 400)
      await hub.kill()
      await making
      await fleet.settled()
      const hubs = (await fleet.reports()).filter(({ isHub }) => isHub)
      expect(hubs).to.have.length(1)
      const next = fleet.alive[(await fleet.reports()).findIndex(({ isHub }) => isHub)]
      const rest = fleet.alive.filter((one) => one !== next)
      const more = Promise.all(rest.map((one) => one.make(1000, { perSecond: 500 })))
      await Promise.all(rest.map((one) => one.until(({ made }) => made > 1800)))
      await next?.kill()
      await more
      await fleet.settled()
    }))

  it('of an instance that does not read: it gets all when it does', async () => {
    const brokers = {
      redis: () => startRedis({ args: ['--client-output-buffer-limit', 'pubsub', '1mb', '1mb', '1'] }),
      nats: () => startNats({ config: { max_pending: 2 * 1024 * 1024, write_deadline: '1s' } }),
      amqp: sharedRabbit as () => Promise<Meeting>,
      ...EMBEDDED
    }
    await everywhere(brokers, {}, async ({ fleet, broker }) => {
      const [publisher] = await fleet.start(2)
      const [slow] = await fleet.start(1)
      slow.sleep()
      await publisher.make(8000, { perSecond: 4000, size: 2000 })
      await publisher.until(({ stats }) => stats.events.waiting === 0)
      slow.wake()
      await fleet.settled()
      const { reconnects } = await slow.report()
      if (broker.name === 'redis' || broker.name === 'nats') expect(reconnects).to.be.above(0)
    })
  })
})
