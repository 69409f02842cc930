import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { BROKERS, EMBEDDED, everywhere } from './everywhere.js'
import { PATIENCE, type RemoteInstance } from './remote-instance.js'

/** Waits until `one` knows nobody but so many others. */
async function knows(one: RemoteInstance, count: number): Promise<void> {
  await one.until(({ stats }) => stats.peers.length === count)
}

describe('a process', function () {
  this.timeout(180_000)

  it('that is killed while it publishes: the others go on, and forget it', () =>
    everywhere({ ...BROKERS, ...EMBEDDED }, { heartbeat: 300 }, async ({ fleet }) => {
      const [first] = await fleet.start(1) // the hub, where there is one
      const [victim, last] = await fleet.start(2)
      const making = victim.make(5000, { perSecond: 1000 }).catch(() => {})
      for (const one of [first, last as RemoteInstance])
        await one.until(({ got }) => (got[victim.name]?.count ?? 0) > 100)
      await victim.kill()
      await making
      await last?.make(100)
      await fleet.settled()
      for (const { got, gaps, errors } of await fleet.reports()) {
        expect(gaps).to.deep.equal([])
        expect(errors.join('\n')).to.equal('')
        expect(got[victim.name]?.count).to.be.above(100)
      }
      await knows(first, 1)
    }))

  // As receiver and as publisher: it was making events, and others make some meanwhile.
  it('that sleeps and wakes: it has lost no connection, doubled nothing and skipped nothing', () =>
    everywhere({ ...BROKERS, ...EMBEDDED }, { heartbeat: 1000 }, async ({ fleet }) => {
      const [other] = await fleet.start(2)
      const [sleeper] = await fleet.start(1)
      const making = sleeper.make(2000, { perSecond: 1000 })
      await sleeper.until(({ made }) => made > 500)
      sleeper.sleep()
      const asleep = delay(8000) // the fault: 8 heartbeats, and more than node-redis gives a command
      await other.make(1000, { perSecond: 1000 })
      await knows(other, 1)
      await asleep
      sleeper.wake()
      await making
      await fleet.settled()
      for (const { reconnects, errors } of await fleet.reports()) {
        expect(errors.join('\n')).to.equal('')
        expect(reconnects).to.equal(0)
      }
    }))

  it('that sleeps until it is forgotten, and whose connection is cut meanwhile: what was on the way is not skipped', () =>
    everywhere(BROKERS, { heartbeat: 250 }, async ({ fleet, apart }) => {
      const [other] = await fleet.start(1)
      const [{ instance: sleeper, network }] = await apart(1)
      await sleeper.ready()
      await fleet.acquainted()
      await sleeper.make(100)
      await fleet.settled()
      network.stall('up')
      await sleeper.make(100)
      await sleeper.until(({ stats }) => stats.events.waiting === 0)
      sleeper.sleep()
      await knows(other, 0)
      network.cut()
      network.resume()
      sleeper.wake()
      await fleet.settled()
      await sleeper.make(100)
    }))

  it('that is the hub of ipc: and hangs: the others notice, and are in sync when it goes on', () =>
    everywhere(EMBEDDED, { heartbeat: 300 }, async ({ fleet }) => {
      const [hub] = await fleet.start(1)
      const others = await fleet.start(2)
      hub.sleep()
      await Promise.all(others.map((one) => one.make(500, { perSecond: 1000 })))
      for (const one of others) await one.away()
      hub.wake()
      await eventually(
        async () => {
          for (const { status } of await fleet.reports()) expect(status).to.equal('ready')
        },
        { timeout: PATIENCE }
      )
      await fleet.settled()
    }))

  it('that leaves while the hub of ipc: hangs: it ends all the same', () =>
    everywhere(EMBEDDED, {}, async ({ fleet }) => {
      const [hub] = await fleet.start(1)
      const [other] = await fleet.start(1)
      hub.sleep()
      await other.make(10)
      expect(await other.end()).to.equal(0)
      hub.wake()
    }))
})
