import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { type NatsBroker, startNats } from '../support/brokers/nats.js'
import { eventually } from '../support/eventually.js'
import { throughPort } from '../support/places.js'
import { startProxy } from '../support/proxy.js'
import { expectAll, Records, reconnects } from './limits.js'

describe('limits of NATS', function () {
  this.timeout(60_000)
  let broker: NatsBroker
  let records: Records

  before(async () => {
    broker = await startNats()
  })
  after(() => broker.stop())

  beforeEach(() => {
    records = new Records()
  })
  afterEach(async () => {
    await records.members.closeAll()
    broker.options.maxPayload = undefined
    broker.options.config = undefined
    await broker.reload()
  })

  describe('max_payload, reduced by a reload while connected', () => {
    for (const [bytes, size] of [
      [65_536, 1e6],
      [100_000, 300_000],
      [20_000, 21_000]
    ] as const) {
      it(`to ${bytes}: an event of ${size} bytes between small ones arrives`, async () => {
        const [maker, ...others] = await records.start(3, { uri: broker.uri })
        broker.options.maxPayload = bytes
        await broker.reload()
        maker.make(5)
        records.large(maker, size)
        maker.make(5)
        await expectAll(maker, others)
        expect(maker.app.sync.adapter.maxPayload).to.equal(bytes)
        expect(reconnects(maker), 'times away').to.be.at.most(2)
        expect(others.map(reconnects)).to.deep.equal([0, 0])
      })
    }

    it('5,000 small events in one turn: all arrive', async () => {
      const [maker, ...others] = await records.start(2, { uri: broker.uri })
      broker.options.maxPayload = 30_000
      await broker.reload()
      maker.make(5000)
      await expectAll(maker, others)
      expect(reconnects(maker), 'times away').to.be.at.most(2)
    })
  })

  describe('permissions', () => {
    const permit = async (permissions: object) => {
      broker.options.config = {
        authorization: {
          users: [
            { user: 'all', password: 'pw' },
            { user: 'some', password: 'pw', permissions }
          ]
        }
      }
      await broker.reload()
    }
    const as = (user: string) => broker.uri.replace('nats://', `nats://${user}:pw@`)
    const READ_ONLY = { publish: { deny: '>' } }

    for (const mode of ['both', 'receive'] as const) {
      it(`no right to publish, mode ${mode}, alone: said once, and it stays connected to receive`, async () => {
        await permit(READ_ONLY)
        const mute = records.members.configure({ uri: as('some'), mode, heartbeat: 300 })
        await mute.app.sync.ready
        mute.make(3)
        await delay(6000) // 20 heartbeats
        expect(mute.statuses).to.deep.equal(['connecting', 'ready'])
        expect(
          mute.errors.map(({ kind }) => kind),
          mute.texts()
        ).to.deep.equal(['publish'])
        expect(mute.texts()).to.match(/Permissions Violation: .* no right to publish/)
        const other = records.members.configure({ uri: as('all'), heartbeat: 300 })
        await other.app.sync.ready
        other.make(3)
        await eventually(() => mute.got(other).length === 3)
      })
    }

    it('no right to publish, when all others have died: at most one new connection, and it receives', async () => {
      await permit(READ_ONLY)
      const network = await startProxy(broker.port)
      const mute = records.members.configure({ uri: as('some'), heartbeat: 300 })
      const other = records.members.configure({ uri: throughPort(as('all'), network.port), heartbeat: 300 })
      await Promise.all([mute.app.sync.ready, other.app.sync.ready])
      await eventually(() => mute.app.sync.stats().peers.length === 1)
      network.refuse()
      network.cut()
      await delay(6000) // 20 heartbeats
      expect(reconnects(mute), mute.texts()).to.be.at.most(1)
      await network.accept()
      other.make(3)
      await eventually(() => mute.got(other).length === 3)
      await other.app.sync.close()
      await network.close()
    })

    it('the right to publish taken away while connected, and given back: all arrives', async () => {
      await permit({})
      const other = records.members.configure({ uri: as('all'), heartbeat: 300 })
      const changing = records.members.configure({ uri: as('some'), heartbeat: 300 })
      await Promise.all([other.app.sync.ready, changing.app.sync.ready])
      changing.make(3)
      await eventually(() => other.got(changing).length === 3)
      await permit(READ_ONLY)
      changing.make(3)
      await eventually(() => /no right to publish/.test(changing.texts()), { timeout: 20_000 })
      other.make(3)
      await eventually(() => changing.got(other).length === 3)
      await permit({})
      await expectAll(changing, [other], { timeout: 30_000 })
    })
  })
})
