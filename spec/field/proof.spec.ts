import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { createClient } from 'redis-4'
import { SyncError } from '../../lib/index.js'
import { startNats } from '../support/brokers/nats.js'
import { type RabbitBroker, sharedRabbit } from '../support/brokers/rabbitmq.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { startSentinel } from '../support/brokers/sentinel.js'
import { eventually } from '../support/eventually.js'
import { type Member, Members, range } from '../support/members.js'
import { throughPort } from '../support/places.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'

/** In ms. */
const HEARTBEAT = 200

/** How long a busy machine may take, in ms. */
const PATIENCE = 20_000

/** What a promise comes to. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const settled = promise.then(
    () => 'resolved',
    (error: unknown) => error
  )
  return await Promise.race([settled, delay(PATIENCE, 'pending', { ref: false })])
}

describe('what ready and the reports are worth', function () {
  this.timeout(4 * PATIENCE)
  let members: Members
  let redis: RedisBroker

  before(async () => {
    redis = await startRedis()
  })
  after(() => redis.stop())

  beforeEach(() => {
    members = new Members()
  })
  afterEach(() => members.closeAll())

  it('the uri of a Sentinel is refused with how a Sentinel is configured', async () => {
    const sentinel = await startSentinel(redis.port)
    try {
      const member = members.configure({ uri: sentinel.uri })
      const error = await outcome(member.app.sync.ready)
      expect(error, `ready, with the errors: ${member.texts()}`).to.be.instanceOf(SyncError)
      expect(error).to.have.property('kind', 'options')
      expect(String(error))
        .to.match(/sentinel/i)
        .and.match(/redisOptions|redisClient/)
    } finally {
      await members.closeAll()
      await sentinel.stop()
    }
  })

  /** It works, in both directions, or it is refused with what to hand in instead. */
  const worksOrIsRefused = async (redisClient: unknown): Promise<void> => {
    const other = members.configure({ uri: redis.uri })
    await other.app.sync.ready
    let member: Member
    let result: unknown
    try {
      member = members.configure({ adapter: 'redis', redisClient: redisClient as never })
      result = await outcome(member.app.sync.ready)
    } catch (error) {
      expect(String(error)).to.match(/legacyMode|\.v4/)
      return
    }
    if (result instanceof Error) {
      expect(result).to.have.property('kind', 'options')
      expect(result.message).to.match(/legacyMode|\.v4/)
      return
    }
    expect(result, `ready, with the errors: ${member.texts()}`).to.equal('resolved')
    member.make(3)
    other.make(3)
    await eventually(
      async () => {
        expect(member.got(other), `heard, with the errors: ${member.texts()}`).to.deep.equal([1, 2, 3])
        expect(other.got(member), 'heard at the other').to.deep.equal([1, 2, 3])
      },
      { timeout: PATIENCE }
    )
  }

  for (const [what, pick] of [
    ['with `legacyMode: true`', (client: object) => client],
    ['with `legacyMode: true`, its `v4`', (client: { v4: unknown }) => client.v4]
  ] as const) {
    it(`a client of node-redis 4 ${what} works, or is refused with what to hand in`, async () => {
      const client = createClient({ url: redis.uri, legacyMode: true })
      client.on('error', () => {})
      await client.connect()
      try {
        await worksOrIsRefused(pick(client))
      } finally {
        await members.closeAll()
        await client.disconnect()
      }
    })
  }

  describe('nobody can be heard', () => {
    /** None of the reports claims what can't have been seen. */
    const expectNoGuess = async (all: Member[]): Promise<void> => {
      for (const member of all)
        await eventually(() => member.errors.length > 0, { message: 'a report', timeout: PATIENCE })
      await delay(8 * HEARTBEAT)
      const texts = all.map((member) => member.texts()).join('\n')
      expect(texts).not.to.match(/others (are|were) heard/)
      expect(texts).to.match(/nothing|no answer|not (been )?(heard|answered)|silent/i)
    }

    it('at a Redis that is stopped', async () => {
      const stopped = await startRedis()
      const pid = Number(/process_id:(\d+)/.exec(await stopped.command('INFO', 'server'))?.[1])
      try {
        // In all phases of the heartbeat, and with new instances: repeated errors are reported after growing pauses.
        for (let round = 0; round < 2; round += 1) {
          const all = await members.start(3, { uri: stopped.uri, heartbeat: HEARTBEAT })
          all[0].make(1)
          await delay(HEARTBEAT * Math.random())
          process.kill(pid, 'SIGSTOP')
          for (const member of all) member.make(1)
          await expectNoGuess(all)
          process.kill(pid, 'SIGCONT')
          await eventually(() => all.every(({ app }) => app.sync.status === 'ready'), { timeout: PATIENCE })
          await members.closeAll()
        }
      } finally {
        process.kill(pid, 'SIGCONT')
        await members.closeAll()
        await stopped.stop()
      }
    })

    it('at a NATS behind a network that stalls', async () => {
      const nats = await startNats()
      const network: TcpProxy = await startProxy(nats.port)
      try {
        const options = { uri: throughPort(nats.uri, network.port), heartbeat: HEARTBEAT }
        const all = await members.start(2, options)
        network.stall()
        for (const member of all) member.make(1)
        await expectNoGuess(all)
      } finally {
        await members.closeAll()
        await network.close()
        await nats.stop()
      }
    })
  })

  describe('RabbitMQ blocks publishers', () => {
    let rabbit: RabbitBroker

    before(async () => {
      rabbit = await sharedRabbit()
    })

    const clear = async () => {
      await rabbit.eval('vm_memory_monitor:set_vm_memory_high_watermark(0.6)')
      await rabbit.eval('rabbit_alarm:clear_alarm({resource_limit, disk, node()})')
    }
    afterEach(clear)

    for (const [what, alarm] of [
      ['memory', 'vm_memory_monitor:set_vm_memory_high_watermark(0)'],
      ['disk', 'rabbit_alarm:set_alarm({{resource_limit, disk, node()}, []})']
    ] as const) {
      it(`for an alarm of ${what}: it is reported, no reconnect is tried, and all events arrive`, async () => {
        const [a, b] = await members.start(2, { uri: rabbit.uri, heartbeat: HEARTBEAT })
        a.make(5)
        await eventually(() => b.got(a).length === 5, { timeout: PATIENCE })
        await rabbit.eval(alarm)
        a.make(20)
        await eventually(async () => expect(a.texts()).to.match(/block/i), { timeout: PATIENCE })
        expect(a.texts()).to.match(new RegExp(what, 'i'))
        await delay(5000)
        expect(a.statuses, 'for 5 s').not.to.include('reconnecting')
        await clear()
        await eventually(async () => expect(b.got(a)).to.deep.equal(range(1, 25)), { timeout: PATIENCE })
        expect(b.gaps).to.deep.equal([])
      })
    }
  })
})
