import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { crashingRabbit } from '../support/brokers/rabbitmq.js'
import { BROKERS, everywhere } from './everywhere.js'

/** The first test kills RabbitMQ with its process; it takes 6 s of CPU to start again. */
const CRASHING = { ...BROKERS, amqp: crashingRabbit }

describe('a broker that is killed', function () {
  this.timeout(180_000)

  it('loses, doubles and disorders none of 2,000 events a second', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async ({ fleet, broker }) => {
      const [publisher] = await fleet.start(3)
      const making = publisher.make(8000, { perSecond: 2000 })
      await publisher.until(({ made }) => made > 1000)
      await broker.kill()
      await broker.start()
      await making
      await fleet.settled()
      for (const { reconnects, errors } of await fleet.reports()) expect(reconnects, `${errors}`).to.equal(1)
    }))

  it('loses, doubles and disorders none of 10,000 of four publishers, killed twice and once away for 3 s', () =>
    everywhere(CRASHING, { heartbeat: 1000 }, async ({ fleet, broker }) => {
      const publishers = await fleet.start(4)
      const making = Promise.all(publishers.map((one) => one.make(2500, { perSecond: 400 })))
      await publishers[0].until(({ made }) => made > 400)
      await broker.kill()
      await broker.start()
      await publishers[0].until(({ made }) => made > 1200)
      await broker.kill()
      await delay(3000) // the outage
      await broker.start()
      await making
    }))

  it('away for longer than the history reaches, leaves a gap that says exactly how many', () =>
    everywhere(CRASHING, { history: { events: 1000 }, heartbeat: 1000 }, async ({ fleet, broker }) => {
      const [publisher, ...others] = await fleet.start(3)
      await publisher.make(10)
      await fleet.settled()
      await broker.kill()
      await publisher.away()
      await publisher.make(3000, { perSecond: 3000 }) // what one turn makes is kept, whatever the limits
      const { stats } = await publisher.report()
      expect(stats.history.events).to.equal(1000)
      expect(stats.events.lost).to.equal(2000)
      fleet.missed.set(publisher.name, 2000)
      await broker.start()
      await fleet.settled()
      for (const other of others) {
        const { gaps } = await other.report()
        expect(gaps.map(({ from, to, missed }) => ({ from, to, missed }))).to.deep.equal([
          { from: 11, to: 2010, missed: 2000 }
        ])
      }
    }))
})
