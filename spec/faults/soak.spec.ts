import { expect } from 'chai'
import { BROKERS, EMBEDDED, everywhere } from './everywhere.js'
import type { Measures } from './protocol.js'

/** How many bytes the heap may have grown by, as garbage collection is not exact. */
const GROWTH = 3 * 1024 * 1024

describe('steady work', function () {
  this.timeout(60_000)

  it('is not taken for silence: no connection is given up', () =>
    everywhere({ ...BROKERS, ...EMBEDDED }, { heartbeat: 500 }, async ({ fleet }) => {
      const [publisher] = await fleet.start(2)
      await publisher.make(4000, { perSecond: 1000 })
      await fleet.settled()
      for (const { errors, reconnects } of await fleet.reports()) {
        expect(errors.join('\n')).to.equal('')
        expect(reconnects).to.equal(0)
      }
    }))
})

/** More would take long: the pause grows each time that a connection lasts for less than 5 s. */
const TIMES = { warm: 2, all: 7 }

describe('new connections, one soon after the other', function () {
  this.timeout(180_000)

  function expectConstant(before: Measures, after: Measures): void {
    const { heap, ...counts } = after
    expect(counts).to.deep.equal({
      sockets: before.sockets,
      timers: before.timers,
      listeners: before.listeners
    })
    expect(heap - before.heap).to.be.below(GROWTH)
  }

  it('cost no socket, timer, listener or memory, and bring each event once', () =>
    everywhere(BROKERS, { heartbeat: 1000 }, async ({ fleet, apart }) => {
      const [other] = await fleet.start(1)
      const [{ instance, network }] = await apart(1)
      await instance.ready()
      await fleet.acquainted()
      const reconnect = async () => {
        const before = (await instance.report()).reconnects
        network.cut()
        await other.make(1)
        await instance.make(1)
        await instance.until(({ reconnects, status }) => reconnects > before && status === 'ready')
      }
      for (let times = 1; times <= TIMES.warm; times += 1) await reconnect()
      const before = await instance.measure()
      const { connections } = network
      for (let times = TIMES.warm; times < TIMES.all; times += 1) await reconnect()
      await fleet.settled()
      expectConstant(before, await instance.measure())
      expect(network.connections).to.equal(connections)
    }))

  it('of ipc: as well', () =>
    everywhere(EMBEDDED, { heartbeat: 1000 }, async ({ fleet }) => {
      const [hub] = await fleet.start(1)
      const [instance] = await fleet.start(1)
      const reconnect = async () => {
        await instance.reconnect()
        await hub.make(1)
        await instance.make(1)
        await instance.until(({ status }) => status === 'ready')
      }
      for (let times = 1; times <= TIMES.warm; times += 1) await reconnect()
      const before = await Promise.all([instance.measure(), hub.measure()])
      for (let times = TIMES.warm; times < TIMES.all; times += 1) await reconnect()
      await fleet.settled()
      expectConstant(before[0], await instance.measure())
      expectConstant(before[1], await hub.measure())
    }))
})
