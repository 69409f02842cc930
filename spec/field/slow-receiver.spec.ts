import { expect } from 'chai'
import { freePort } from '../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { TcpProxy } from '../support/proxy.js'
import { expectAll, lost, Records } from './limits.js'

/** The unread output for which Redis cuts a subscriber here. By default it is 32 MB. */
const args = ['--client-output-buffer-limit', 'pubsub 1mb 1mb 1']
const KB = 1000

describe('a receiver that reads more slowly than others make events', function () {
  this.timeout(30_000)
  let broker: RedisBroker
  let proxy: TcpProxy
  let records: Records

  before(async () => {
    broker = await startRedis({ args })
  })
  after(() => broker.stop())

  beforeEach(async () => {
    records = new Records()
    proxy = new TcpProxy(await freePort(), broker.port)
    await proxy.accept()
  })

  afterEach(async () => {
    await records.members.closeAll()
    await proxy.close()
  })

  const subscribers = async () =>
    (await broker.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).match(/\bid=/g)?.length

  /** The receiver reads nothing until Redis has cut it. */
  async function cutOne(history: number) {
    const { members } = records
    const [maker, witness] = await members.start(2, {
      uri: broker.uri,
      history: { events: history, bytes: 1e9 }
    })
    const slow = members.configure({ uri: `redis://127.0.0.1:${proxy.port}` })
    await slow.app.sync.ready
    await eventually(() => maker.app.sync.stats().peers.length === 2, { message: 'the peers' })
    maker.make(1)
    await expectAll(maker, [slow])
    proxy.stall('down')
    while ((await subscribers()) === 3) {
      for (let count = 0; count < 50; count += 1) records.large(maker, 10 * KB)
      await eventually(() => maker.app.sync.stats().events.waiting === 0, { message: 'the sender' })
      expect(maker.made).to.be.below(10_000)
    }
    proxy.resume()
    return { maker, witness, slow }
  }

  it('is cut by Redis, and gets what it has missed from the history', async () => {
    const { maker, witness, slow } = await cutOne(50_000)
    await expectAll(maker, [witness, slow])
    expect(slow.texts()).to.match(/^connect: feathers-sync: the redis adapter .* is away/)
    expect(maker.texts()).to.equal('')
  })

  it('reports exactly those that the history has no more', async () => {
    const { maker, witness, slow } = await cutOne(100)
    await eventually(() => slow.got(maker).at(-1) === maker.made, {
      message: 'the last event',
      timeout: 10_000
    })
    expect(lost(slow)).to.be.above(0)
    expect(slow.got(maker).length + lost(slow)).to.equal(maker.made)
    for (const { from, to } of slow.gaps)
      expect(slow.got(maker).some((number) => number >= from && number <= to)).to.equal(false)
    await expectAll(maker, [witness])
  })
})
