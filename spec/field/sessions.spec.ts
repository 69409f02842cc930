import { setTimeout as delay } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync from '../../lib/index.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { Members, range } from '../support/members.js'
import { throughPort } from '../support/places.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'
import { Relay } from '../support/relay.js'

describe('sessions and clocks', () => {
  let broker: RedisBroker
  let members: Members
  let network: TcpProxy
  let relay: Relay

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())

  beforeEach(async () => {
    members = new Members()
    network = await startProxy(broker.port)
    relay = await Relay.start(broker.uri, members.key)
  })

  afterEach(async () => {
    await broker.command('ACL', 'SETUSER', 'default', '+publish')
    network.resume()
    relay.close()
    await members.closeAll()
    await network.close()
  })

  const behind = () => throughPort(broker.uri, network.port)

  describe('close() and setup() again while the old session flushes', () => {
    it('a peer that was born in between: each of its events once', async () => {
      const a = members.configure({ uri: behind() })
      await a.app.sync.ready
      network.stall('up')
      a.make(5)
      await delay(20) // handed to the driver: the flush waits for an answer
      const closed = a.app.sync.close()
      await a.app.setup()
      const b = members.configure({ uri: broker.uri })
      await b.app.sync.ready
      b.make(5)
      await Promise.race([closed, delay(400)])
      b.make(5)
      await closed
      network.resume()
      await a.app.sync.ready
      b.make(5)
      await eventually(() => a.got(b).at(-1) === 15)
      await delay(500)
      expect(a.got(b), a.texts()).to.deep.equal(range(1, 15))
      expect(a.gaps).to.deep.equal([])
    })

    it('a peer that was there before: each of its events once', async () => {
      const b = members.configure({ uri: broker.uri })
      await b.app.sync.ready
      const a = members.configure({ uri: behind() })
      await a.app.sync.ready
      b.make(5)
      await eventually(() => a.got(b).length === 5)
      network.stall('up')
      a.make(5)
      await delay(20)
      const closed = a.app.sync.close()
      await a.app.setup()
      b.make(5)
      await closed
      network.resume()
      await a.app.sync.ready
      b.make(5)
      await eventually(() => a.got(b).at(-1) === 15)
      await delay(500)
      expect(a.got(b)).to.deep.equal([...new Set(a.got(b))])
    })

    for (const wire of [4, 3] as const) {
      it(`wire ${wire}: what the old session has sent comes late, and is no other instance's`, async () => {
        const [a, b] = await members.start(2, { uri: broker.uri, wire })
        a.make(3)
        await eventually(() => b.got(a).length === 3)
        await a.app.sync.close()
        await a.app.setup()
        await a.app.sync.ready
        await relay.publish(members.key, [...relay.messages])
        b.make(1)
        await eventually(() => a.got(b).includes(1))
        await delay(200)
        expect(a.got(a), 'own events that were taken for remote ones').to.deep.equal([])
        expect(a.gaps).to.deep.equal([])
      })
    }
  })

  it('wire 3: one refused publish, 1,000 good ones, a reconnect: nothing is sent again that has come back', async () => {
    const a = members.configure({ uri: behind(), wire: 3 })
    const b = members.configure({ uri: broker.uri, wire: 3 })
    await Promise.all([a.app.sync.ready, b.app.sync.ready])
    await broker.command('ACL', 'SETUSER', 'default', '-publish')
    a.make(1)
    await eventually(() => a.errors.length > 0)
    await broker.command('ACL', 'SETUSER', 'default', '+publish')
    for (let turn = 0; turn < 100; turn += 1) {
      a.make(10)
      await delay(1)
    }
    await eventually(() => b.got(a).at(-1) === 1001)
    await delay(300)
    network.refuse()
    network.cut()
    await eventually(() => a.app.sync.status === 'reconnecting')
    await network.accept()
    await eventually(() => a.app.sync.status === 'ready')
    a.make(1)
    await eventually(() => b.got(a).includes(1002))
    await delay(500)
    const got = b.got(a)
    const again = got.length - new Set(got).size
    expect(again, `events that came twice; resent ${a.app.sync.stats().events.resent}`).to.equal(0)
    expect(got.filter((number) => number > 1)).to.deep.equal(range(2, 1002))
  })

  it('wire 3 reads wire 4: a frame that comes 60 ms late is no gap', async () => {
    const a = members.configure({ uri: broker.uri })
    await a.app.sync.ready
    const key = `${members.key} reordered`
    const b = members.configure({ uri: broker.uri, wire: 3, key })
    await b.app.sync.ready
    const frames: Buffer[][] = []
    for (let turn = 0; turn < 4; turn += 1) {
      const before = relay.messages.length
      a.make(1)
      await eventually(() => relay.messages.length > before)
      await delay(20)
      frames.push(relay.messages.slice(before))
    }
    const [first = [], second = [], third = [], fourth = []] = frames
    await relay.publish(key, [...first, ...third])
    await delay(60)
    await relay.publish(key, [...second, ...fourth])
    await eventually(() => b.got(a).includes(4))
    expect(b.gaps, `got ${b.got(a)}`).to.deep.equal([])
    expect(b.got(a)).to.deep.equal([1, 2, 3, 4])
  })

  describe('`heartbeat`', () => {
    for (const heartbeat of [5, 1, 99, 0.5]) {
      it(`${heartbeat} is refused with the least value`, () => {
        const configure = () => feathers().configure(sync({ uri: 'ipc:', heartbeat }))
        let made: ReturnType<typeof configure> | undefined
        try {
          expect(() => {
            made = configure()
          }).to.throw(TypeError, /heartbeat.*\b100\b/)
        } finally {
          void made?.sync.close()
        }
      })
    }

    for (const heartbeat of [0, 100]) {
      it(`${heartbeat} is taken`, async () => {
        const member = members.configure({ uri: broker.uri, heartbeat })
        await member.app.sync.ready
        await delay(600)
        expect(member.texts()).to.equal('')
      })
    }
  })
})
