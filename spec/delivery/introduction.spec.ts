import { expect } from 'chai'
import { decodeInstance, encodeInstance } from '../../lib/delivery/wire/instance.js'
import { DeliveryStage } from './delivery-stage.js'

const SELF = encodeInstance({ host: 'here', pid: 1, version: '4.0.0', name: 'me' })
const OTHER_ONE = { host: 'there', pid: 2, version: '4.1.0', name: 'web' }

describe('Delivery, of who an instance is', () => {
  let stage: DeliveryStage

  /** Of each heartbeat that was sent, whether it says who the instance is. */
  const introductions = () => stage.link.of('heartbeat').map(({ instance }) => instance !== undefined)

  /** A proven connection, after its join. */
  async function connect(options: ConstructorParameters<typeof DeliveryStage>[0] = {}): Promise<void> {
    stage = new DeliveryStage({ instance: SELF, ...options })
    stage.delivery.online()
    await stage.pass(1000)
  }

  it('says it in joins', async () => {
    await connect()
    const [join] = stage.link.of('heartbeat')
    expect(join).to.include({ join: true })
    expect(decodeInstance(join?.instance ?? Buffer.of())).to.include({ host: 'here', pid: 1, name: 'me' })
  })

  it('says it in answers to joins, with both modes of receiving', async () => {
    for (const receives of [true, false]) {
      await connect({ receives })
      stage.echo()
      stage.takeHeartbeat({ join: true })
      await stage.pass(100)
      expect(introductions()).to.deep.equal([true])
    }
  })

  it('says it in every tenth heartbeat besides, and not in the last one', async () => {
    stage = new DeliveryStage({ instance: SELF })
    const { published } = stage.link
    stage.link.driver = async () => stage.delivery.receive(published.at(-1) as Uint8Array)
    stage.delivery.online()
    while (introductions().length < 30) await stage.pass(1000)
    const told = introductions().slice(1)
    expect(told).to.have.length(29)
    for (const [index, isTold] of told.entries())
      expect(isTold, `heartbeat ${index + 1}`).to.equal((index + 1) % 10 === 0)
    await stage.close()
    expect(stage.link.of('heartbeat').at(-1)).to.include({ leave: true }).and.not.have.property('instance')
  })

  it('says nothing where it has nothing to say', async () => {
    await connect({ instance: undefined })
    stage.takeHeartbeat({ join: true })
    await stage.pass(200_000)
    expect(introductions()).to.include(false).and.not.include(true)
  })

  it('knows it of the others, from when they say it', async () => {
    await connect()
    stage.takeHeartbeat()
    const peer = () => stage.delivery.receiver.peers[0]?.stats
    expect(peer()).to.not.have.any.keys('host', 'pid', 'version', 'name')
    stage.takeHeartbeat({ instance: encodeInstance(OTHER_ONE) })
    expect(peer()).to.include(OTHER_ONE)
    stage.takeHeartbeat()
    expect(peer()).to.include(OTHER_ONE)
  })

  it('takes a heartbeat whose section is malformed, and keeps nothing of it', async () => {
    await connect()
    stage.takeHeartbeat({ instance: Buffer.from('{"name":["x"],"host":"\\u001b]0;x\\u0007') })
    expect(stage.errors).to.deep.equal([])
    expect(stage.delivery.receiver.size).to.equal(1)
    expect(stage.delivery.receiver.peers[0]?.stats).to.not.have.any.keys('host', 'name')
  })

  describe('the age and the rate of the others', () => {
    it('are those of its frames', async () => {
      await connect()
      stage.takeHeartbeat({ age: 60_000, last: 1000, oldest: 1001 })
      await stage.pass(5000)
      const stats = () => stage.delivery.receiver.peers[0]?.stats
      expect(stats()).to.include({ age: 65_000, rate: 0 })
      for (let sequence = 1001; sequence <= 1100; sequence += 1) stage.takeEvent(sequence)
      expect(stats()?.rate).to.be.within(18, 20)
    })

    it('are known to an instance that only sends', async () => {
      await connect({ receives: false })
      await stage.pass(1000)
      for (let sequence = 1; sequence <= 50; sequence += 1) {
        stage.takeEvent(sequence)
        await stage.pass(100)
      }
      expect(stage.delivery.receiver.peers[0]?.stats).to.include({ last: 50 })
      expect(stage.delivery.receiver.peers[0]?.stats.age).to.be.within(7000, 7100)
      expect(stage.delivery.receiver.peers[0]?.stats.rate).to.be.within(9, 11)
    })

    it('fall to 0 when it makes no more', async () => {
      await connect()
      for (let round = 0; round < 30; round += 1) {
        if (round < 10) stage.takeEvent(round + 1)
        else stage.takeHeartbeat({ age: stage.clock.now(), last: 10 })
        stage.echo()
        await stage.pass(1000)
      }
      expect(stage.delivery.receiver.peers[0]?.stats).to.include({ last: 10, rate: 0 })
    })
  })
})
