import { expect } from 'chai'
import type { Direction } from '../support/proxy.js'
import { type Apart, BROKERS, everywhere, type Meeting, type Site } from './everywhere.js'

/** Starts instances, each with a network of its own, that have connected and know each other. */
async function connected(site: Site<Meeting>, count: number): Promise<[Apart, Apart, ...Apart[]]> {
  const all = await site.apart(count)
  await Promise.all(all.map(({ instance }) => instance.ready()))
  await site.fleet.acquainted()
  return all
}

async function cutOff({ instance, network }: Apart): Promise<void> {
  network.refuse()
  network.cut()
  await instance.away()
}

async function rejoin({ instance, network }: Apart): Promise<void> {
  await network.accept()
  await instance.until(({ status }) => status === 'ready')
}

describe('a network that fails', function () {
  this.timeout(180_000)

  it('a publisher that comes back before the others', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async (site) => {
      const [publisher, ...others] = await connected(site, 3)
      for (const one of [publisher, ...others]) await cutOff(one)
      await publisher.instance.make(500, { perSecond: 5000 })
      await rejoin(publisher)
      await publisher.instance.until(({ stats }) => stats.events.waiting === 0)
      await publisher.instance.make(500)
      for (const other of others) await rejoin(other)
      await site.fleet.settled()
    }))

  it('a publisher that comes back after the others', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async (site) => {
      const [publisher, one, another] = (await connected(site, 3)) as [Apart, Apart, Apart]
      for (const each of [publisher, one, another]) await cutOff(each)
      await publisher.instance.make(500, { perSecond: 5000 })
      for (const each of [one, another]) await rejoin(each)
      await one.instance.make(500)
      await rejoin(publisher)
      await site.fleet.settled()
    }))

  for (const [direction, what] of [
    ['down', 'is deaf'],
    ['up', 'is mute'],
    ['both', 'is neither heard nor hears']
  ] as [Direction, string][]) {
    it(`a connection that seems alive and ${what}: it is noticed, and a new one is made`, () =>
      everywhere(BROKERS, { heartbeat: 300 }, async (site) => {
        const [ill, other] = await connected(site, 2)
        const making = Promise.all([
          ill.instance.make(600, { perSecond: 300 }),
          other.instance.make(600, { perSecond: 300 })
        ])
        await Promise.all([ill, other].map((one) => one.instance.until(({ made }) => made > 100)))
        const { reconnects } = await ill.instance.report()
        ill.network.stall(direction)
        await ill.instance.until((report) => report.reconnects > reconnects)
        ill.network.resume()
        await making
        await site.fleet.settled()
        expect((await ill.instance.report()).errors.join()).to.match(/reconnecting/)
      }))
  }

  it('that trickles: all comes, late, over the same connection', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async (site) => {
      const [slow, other] = await connected(site, 2)
      slow.network.trickle(100_000)
      await Promise.all([
        slow.instance.make(300, { perSecond: 200, size: 500 }),
        other.instance.make(300, { perSecond: 200, size: 500 })
      ])
      await site.fleet.settled()
      expect((await slow.instance.report()).reconnects).to.equal(0)
      slow.network.resume()
    }))

  it('with no broker at boot: what is made meanwhile stays here, and goes out when it comes', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async ({ apart, fleet }) => {
      const [publisher, receiver] = await apart(2, { absent: true })
      await publisher.instance.make(100)
      const { status, got, stats } = await publisher.instance.report()
      expect(status).to.equal('connecting')
      expect(got[publisher.instance.name]?.count).to.equal(100)
      expect(stats.events.waiting).to.equal(100)
      await receiver.network.accept()
      await receiver.instance.ready()
      await publisher.network.accept()
      await publisher.instance.ready()
      await fleet.settled()
    }))

  it('while an instance leaves: it ends all the same', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async ({ apart, fleet }) => {
      await fleet.start(1)
      const [cut, stalled] = await apart(2)
      await Promise.all([cut, stalled].map(({ instance }) => instance.ready()))
      const [never] = await apart(1, { absent: true })
      await cutOff(cut)
      stalled.network.stall()
      await Promise.all([cut, stalled, never].map(({ instance }) => instance.make(10)))
      const codes = await Promise.all([cut, stalled, never].map(({ instance }) => instance.end()))
      expect(codes).to.deep.equal([0, 0, 0])
    }))
})
