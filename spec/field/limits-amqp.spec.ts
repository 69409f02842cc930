import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { SyncOptions } from '../../lib/index.js'
import { type RabbitBroker, sharedRabbit } from '../support/brokers/rabbitmq.js'
import { eventually } from '../support/eventually.js'
import type { Member } from '../support/members.js'
import { expectAll, Records, reconnects } from './limits.js'

describe('limits of RabbitMQ', function () {
  this.timeout(60_000)
  let broker: RabbitBroker
  let records: Records

  before(async () => {
    broker = await sharedRabbit()
    await eventually(async () => expect(await connections()).to.equal('0'), {
      message: 'the end of what earlier specs left'
    })
  })

  beforeEach(() => {
    records = new Records()
  })
  afterEach(() => records.members.closeAll())

  const start = (count: number, options: Partial<SyncOptions> = {}) =>
    records.start(count, { uri: broker.uri, ...options })
  const connections = () => broker.eval('length(rabbit_networking:connections())')
  const consumers = () => broker.eval('length(rabbit_amqqueue:consumers_all(<<"/">>))')

  describe('max_message_size', () => {
    const limit = (bytes: number) => broker.eval(`application:set_env(rabbit, max_message_size, ${bytes})`)

    after(() => limit(16 * 1024 * 1024))

    for (const [bytes, size] of [
      [65_536, 1e6],
      [100_000, 300_000],
      [20_000, 21_000]
    ] as const) {
      it(`${bytes}: an event of ${size} bytes between small ones arrives, by the connection that was there`, async () => {
        await limit(bytes)
        const [maker, ...others] = await start(3)
        maker.make(5)
        records.large(maker, size)
        maker.make(5)
        await expectAll(maker, others)
        expect(maker.app.sync.adapter.maxPayload).to.equal(bytes)
        expect(reconnects(maker), 'times away').to.be.at.most(2)
        expect(others.map(reconnects)).to.deep.equal([0, 0])
        expect(await connections()).to.equal('3')
        expect(maker.texts()).to.match(/message size \d+ is larger than configured max size/)
      })
    }

    it('5,000 small events in one turn: all arrive', async () => {
      await limit(100_000)
      const [maker, ...others] = await start(2)
      maker.make(5000)
      await expectAll(maker, others)
      expect(await connections()).to.equal('2')
    })
  })

  describe('permissions', () => {
    const permit = (user: string, configure: string, write: string, read: string) =>
      broker.eval(`catch rabbit_auth_backend_internal:add_user(<<"${user}">>, <<"pw">>, <<"x">>),
        rabbit_auth_backend_internal:set_permissions(<<"${user}">>, <<"/">>, <<"${configure}">>, <<"${write}">>,
          <<"${read}">>, <<"x">>)`)
    const as = (user: string) => broker.uri.replace('guest:guest', `${user}:pw`)
    const OWN_QUEUES = '^amq\\\\.gen'

    /** In 3 s of events of its own. */
    async function expectCalm(member: Member): Promise<void> {
      const [before, made] = [await connections(), reconnects(member)]
      for (let times = 0; times < 3; times += 1) {
        member.make(1)
        await delay(1000)
      }
      expect(await connections()).to.equal(before)
      expect(reconnects(member) - made, 'times away').to.equal(0)
    }

    for (const mode of ['both', 'receive'] as const) {
      it(`no right to write, mode ${mode}: others are heard, and the reason is named`, async () => {
        await permit('mute', '.*', OWN_QUEUES, '.*')
        const [other] = await start(1)
        const mute = records.members.configure({ uri: as('mute'), mode })
        await mute.app.sync.ready
        other.make(3)
        await eventually(() => mute.got(other).length === 3)
        await eventually(
          () => /needs the write permission for the exchange .*ACCESS_REFUSED/.test(mute.texts()),
          {
            message: 'the reason'
          }
        )
        await expectCalm(mute)
        other.make(3)
        await eventually(() => mute.got(other).length === 6)
      })
    }

    it('read-only rights, mode receive: others are heard', async () => {
      await permit('reader', OWN_QUEUES, OWN_QUEUES, '.*')
      const [other] = await start(1)
      const reader = records.members.configure({ uri: as('reader'), mode: 'receive' })
      await reader.app.sync.ready
      other.make(3)
      await eventually(() => reader.got(other).length === 3)
      expect(await consumers()).to.equal('2')
      expect(reader.statuses).to.deep.equal(['connecting', 'ready'])
    })

    it('the right to write taken away while connected, and given back: all arrives', async () => {
      await permit('changing', '.*', '.*', '.*')
      const [other] = await start(1, { heartbeat: 500 })
      const changing = records.members.configure({ uri: as('changing'), heartbeat: 500 })
      await changing.app.sync.ready
      changing.make(3)
      await eventually(() => other.got(changing).length === 3)
      await permit('changing', '.*', OWN_QUEUES, '.*')
      await broker.closeConnections() // a channel remembers what its user may do
      await eventually(() => changing.app.sync.status === 'ready' && changing.statuses.length > 2)
      changing.make(3)
      await eventually(() => /ACCESS_REFUSED/.test(changing.texts()), {
        message: 'the reason',
        timeout: 20_000
      })
      other.make(3)
      await eventually(() => changing.got(other).length === 3)
      await permit('changing', '.*', '.*', '.*')
      await expectAll(changing, [other], { timeout: 30_000 })
    })

    it('all rights taken away while connected: the refusals of the attempts are one report', async () => {
      await permit('expelled', '.*', '.*', '.*')
      const [other] = await start(1)
      const expelled = records.members.configure({ uri: as('expelled') })
      await expelled.app.sync.ready
      await permit('expelled', '^$', '^$', '^$')
      await broker.closeConnections()
      const reports = () => expelled.errors.filter(({ kind }) => kind === 'auth')
      await eventually(() => reports().length > 0, { message: 'the reason', timeout: 20_000 })
      const { errors } = expelled.app.sync.stats()
      await eventually(() => expelled.app.sync.stats().errors >= errors + 2, { message: 'two more attempts' })
      expect(reports().map(({ message }) => message)).to.have.length(1)
      await permit('expelled', '.*', '.*', '.*')
      await expectAll(other, [expelled], { timeout: 30_000 })
    })
  })

  describe('a memory alarm', () => {
    const allow = (share: number) => broker.eval(`vm_memory_monitor:set_vm_memory_high_watermark(${share})`)

    afterEach(() => allow(0.4))

    it('makes events wait, without a reconnect, and all arrive when it is over', async () => {
      const [maker, other] = await start(2, { heartbeat: 500 })
      await allow(0.0001)
      maker.make(2)
      await eventually(() => /is blocked by the broker, and waits.*memory/.test(maker.texts()), {
        message: 'the reason'
      })
      expect(maker.app.sync.health()).to.include({ healthy: true, status: 'ready' })
      expect(maker.app.sync.health().reason).to.match(/^the broker takes no messages for now/)
      const arrived = other.got(maker).length // the server sends `blocked` after the first message
      maker.make(2000)
      await delay(4000) // several heartbeats, and more than a server's silence may last
      expect(other.got(maker).length).to.equal(arrived)
      expect(maker.texts().match(/is blocked/g)).to.have.length(1)
      await allow(0.4)
      await expectAll(maker, [other])
      other.make(3)
      await expectAll(other, [maker])
      expect([maker, other].map(reconnects)).to.deep.equal([0, 0])
      expect(maker.app.sync.health()).to.include({ healthy: true }).and.not.have.property('reason')
    })
  })

  it('a queue that an operator deletes is made again, and what was sent meanwhile arrives', async () => {
    const [maker, other] = await start(2, { heartbeat: 500 })
    maker.make(3)
    await expectAll(maker, [other])
    const before = await consumers()
    await broker.eval('[rabbit_amqqueue:delete(Q, false, false, <<"x">>) || Q <- rabbit_amqqueue:list()]')
    maker.make(500)
    await expectAll(maker, [other])
    other.make(3)
    await expectAll(other, [maker])
    expect(await consumers()).to.equal(before)
  })
})
