import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { everywhere } from '../faults/everywhere.js'
import { expectNothingDropped, type Fleet } from '../faults/fleet.js'
import { PATIENCE, type RemoteInstance } from '../faults/remote-instance.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'

const secret = randomBytes(32).toString('base64')

/** One broker is enough: the clock is compared before anything of the broker matters. */
const onRedis = (inflict: (site: { fleet: Fleet }) => Promise<void>) =>
  everywhere({ redis: () => startRedis() }, { secret, heartbeat: 500 }, inflict)

async function expectClean(fleet: Fleet): Promise<void> {
  for (const { stats, errors, gaps } of await fleet.reports()) {
    expectNothingDropped(stats.dropped)
    expect(errors).to.deep.equal([])
    expect(gaps).to.deep.equal([])
  }
}

describe('a wrong clock, with a secret', function () {
  this.timeout(120_000)

  for (const [text, offset] of [
    ['61 s behind', -61_000],
    ['61 s ahead', 61_000],
    ['an hour behind', -3_600_000]
  ] as const) {
    it(`${text}: it and the others take nothing of each other, and say once that it is the clock`, () =>
      onRedis(async ({ fleet }) => {
        const [first, second] = await fleet.start(2)
        const [wrong] = await fleet.add(1, {}, [offset, 0])
        await wrong.ready()
        const all = [first, second as RemoteInstance, wrong]
        await Promise.all(all.map((one) => one.make(20, { perSecond: 100 })))
        await eventually(
          async () => {
            for (const { stats } of await fleet.reports()) expect(stats.dropped.outdated).to.be.above(2)
          },
          { timeout: PATIENCE }
        )
        for (const { errors, stats } of await fleet.reports()) {
          expect(errors).to.have.length(1)
          expect(errors[0]).to.match(/^secret: .*compare the clock of its machine with the one of this/)
          expect({ ...stats.dropped, outdated: 0 }).to.deep.equal({
            ...{ unsealed: 0, sealed: 0, foreign: 0, altered: 0, replayed: 0, outdated: 0 }
          })
        }
        for (const [index, { got }] of (await fleet.reports()).entries()) {
          const strangers = all.filter((one) => (one === wrong) !== (all[index] === wrong))
          for (const { name } of strangers) expect(got[name]).to.equal(undefined)
        }
        // Set right, without a restart: what was made since all are there is requested, and arrives.
        wrong.setClock()
        await fleet.settled()
        for (const { gaps, stats } of await fleet.reports()) {
          expect(gaps).to.deep.equal([])
          expect(stats.peers).to.have.length(2)
        }
      }))
  }

  it('50 s behind: all is well', () =>
    onRedis(async ({ fleet }) => {
      const [first] = await fleet.start(1)
      const [late] = await fleet.add(1, {}, [-50_000])
      await late.ready()
      await fleet.acquainted()
      await Promise.all([first, late].map((one) => one.make(100, { perSecond: 200 })))
      await fleet.settled()
      await expectClean(fleet)
    }))

  it('set by an hour while the instances know each other: all goes on, also after the connection was lost', () =>
    onRedis(async ({ fleet }) => {
      const [first] = await fleet.start(1)
      const [jumping] = await fleet.add(1, {}, [0, 3_600_000, -3_600_000])
      await jumping.ready()
      await fleet.acquainted()
      for (const _ of [1, 2]) {
        await Promise.all([first, jumping].map((one) => one.make(50, { perSecond: 200 })))
        jumping.setClock()
        await Promise.all([first, jumping].map((one) => one.make(50, { perSecond: 200 })))
        await jumping.reconnect()
        await fleet.settled()
      }
      for (const { stats, gaps } of await fleet.reports()) {
        expectNothingDropped(stats.dropped)
        expect(gaps).to.deep.equal([])
      }
    }))
})
