import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { type Member, type MemberOptions, Members, range } from '../support/members.js'
import { PLACES, type Place, throughPort } from '../support/places.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'

/** In ms. */
const HEARTBEAT = 1000

/** In ms: how long the newcomer may take to request and get what it lacks. */
const PATIENCE = 30_000

interface Apart {
  member: Member
  network: TcpProxy
}

describe('what an instance that was ready could have had, before it has heard who made it', function () {
  this.timeout(90_000)
  const { ipc: _, ...brokers } = PLACES

  for (const [name, startPlace] of Object.entries(brokers)) {
    describe(name, () => {
      let place: Place
      let members: Members
      let networks: TcpProxy[]

      before(async () => {
        place = await startPlace()
      })
      after(() => place.stop())

      beforeEach(() => {
        members = new Members()
        networks = []
      })

      afterEach(async () => {
        for (const network of networks) network.resume()
        await members.closeAll()
        await Promise.all(networks.map((network) => network.close()))
      })

      /** An instance that is ready, with a network of its own. */
      const apart = async (options: Partial<MemberOptions> = {}): Promise<Apart> => {
        const network = await startProxy(Number(new URL(place.uri).port))
        networks.push(network)
        const uri = throughPort(place.uri, network.port)
        const member = members.configure({ uri, heartbeat: HEARTBEAT, ...options })
        await member.app.sync.ready
        return { member, network }
      }

      const cutOff = async ({ member, network }: Apart) => {
        network.refuse()
        network.cut()
        await eventually(() => member.app.sync.status === 'reconnecting', { timeout: PATIENCE })
      }
      const rejoin = async ({ member, network }: Apart) => {
        await network.accept()
        await eventually(() => member.app.sync.status === 'ready', { timeout: PATIENCE })
      }

      /** An older instance that has made events already, before anybody else came. */
      const older = async (options: Partial<MemberOptions> = {}) => {
        const one = await apart(options)
        one.member.make(10)
        await eventually(() => one.member.app.sync.stats().events.waiting === 0)
        return one
      }

      /** In order, once, and what is not there is in a gap: of `first` to `last`, all that were made since it is ready. */
      const expectAccounted = async (
        late: Member,
        maker: Member,
        first: number,
        last: number,
        /** How many older ones may be in the gap: when an instance got ready is known roughly. */
        older = 0
      ) => {
        await eventually(
          async () => {
            const got = late.got(maker).filter((number) => number >= first)
            const missed = late.gaps.reduce((sum, gap) => sum + gap.missed, 0)
            const seen = `got ${got.length} (${got[0]}-${got.at(-1)}), missed ${missed}; ${late.texts()}`
            const made = last - first + 1
            expect(got.length + missed, seen).to.be.within(made, made + older)
            expect(got, 'in order and once').to.deep.equal(range(got[0] ?? last + 1, last))
          },
          { timeout: PATIENCE }
        )
        // and after a mark nothing more comes
        maker.make(1)
        await eventually(() => late.got(maker).at(-1) === last + 1, { timeout: PATIENCE })
        expect(late.got(maker)).to.deep.equal([...new Set(late.got(maker))])
      }

      /** An older one whose connection died while it made events, and a newcomer that was there. */
      const diedUnseen = async () => {
        const o = await older()
        o.network.stall()
        const r = await apart()
        o.member.make(20)
        o.network.refuse()
        o.network.cut()
        o.network.resume()
        await eventually(() => o.member.app.sync.status === 'reconnecting')
        return { o, r }
      }

      it('(a) the older one was partitioned, its connection died unseen, and it sends again', async () => {
        const { o, r } = await diedUnseen()
        await rejoin(o)
        await expectAccounted(r.member, o.member, 11, 30)
      })

      it('(b) the older one was away, and comes back just before the newcomer does', async () => {
        const o = await older()
        await cutOff(o)
        const r = await apart()
        o.member.make(20)
        await cutOff(r)
        await rejoin(o)
        await eventually(() => o.member.app.sync.stats().events.waiting === 0)
        await rejoin(r)
        await expectAccounted(r.member, o.member, 11, 30)
      })

      it("(c) the newcomer's own connection is dead before it has heard the older one", async () => {
        const o = await older()
        await cutOff(o)
        const r = await apart()
        r.network.stall('down')
        await rejoin(o)
        o.member.make(20)
        await eventually(() => o.member.app.sync.stats().events.waiting === 0)
        r.network.cut()
        r.network.resume()
        await expectAccounted(r.member, o.member, 11, 30)
      })

      it('(d) the older one is away and makes more than its history holds', async () => {
        const o = await older({ history: { events: 100 } })
        await cutOff(o)
        const r = await apart()
        for (let turn = 0; turn < 25; turn += 1) {
          o.member.make(10)
          await new Promise((resolve) => setImmediate(resolve))
        }
        await rejoin(o)
        await expectAccounted(r.member, o.member, 11, 260, 10)
        expect(r.member.gaps.reduce((sum, { missed }) => sum + missed, 0)).to.be.within(150, 160)
      })

      describe("the newcomer's requests reach the older one late", () => {
        const rejoinUnasked = async (o: Apart, r: Apart) => {
          r.network.stall('up')
          await rejoin(o)
          await delay(300)
          r.network.resume()
        }

        it('(a) the connection of the older one had died unseen', async () => {
          const { o, r } = await diedUnseen()
          await rejoinUnasked(o, r)
          await expectAccounted(r.member, o.member, 11, 30)
        })

        it('(d) the older one makes more than its history holds', async () => {
          const o = await older({ history: { events: 100 } })
          await cutOff(o)
          const r = await apart()
          o.member.make(250)
          await rejoinUnasked(o, r)
          await expectAccounted(r.member, o.member, 11, 260, 10)
        })
      })

      it('(b) for three older ones, each of which comes back before the newcomer', async () => {
        const all = await Promise.all([older(), older(), older()])
        await Promise.all(all.map(cutOff))
        const r = await apart()
        for (const { member } of all) member.make(15)
        await cutOff(r)
        await Promise.all(all.map(rejoin))
        for (const { member } of all) await eventually(() => member.app.sync.stats().events.waiting === 0)
        await rejoin(r)
        await eventually(
          async () => {
            // Events that are older than the newcomer may come, too: times are known to within a few ms.
            const got = all.map(({ member }) => r.member.got(member).filter((number) => number > 10))
            expect(got, `gaps: ${r.member.gaps.length}`).to.deep.equal(all.map(() => range(11, 25)))
          },
          { timeout: PATIENCE }
        )
      })
    })
  }
})
