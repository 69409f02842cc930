import { expect } from 'chai'
import { DeliveryStage } from './delivery-stage.js'
import { Deferred } from './fake-link.js'

describe('Delivery, as it leaves', () => {
  let stage: DeliveryStage

  /** A proven connection over which six events have come back, the last three within the last 50 ms. */
  async function connect(options?: ConstructorParameters<typeof DeliveryStage>[0]): Promise<void> {
    stage = new DeliveryStage(options)
    stage.link.driver = async () => stage.echo()
    stage.delivery.online()
    await stage.pass(100)
    for (const pause of [1000, 0, 50, 0, 0, 0]) {
      stage.delivery.send(Buffer.from('mine'), 1)
      await stage.pass(pause)
    }
    stage.link.driver = async () => {}
    stage.link.published = []
  }

  /** Another instance has just subscribed, and asks where our events begin there. */
  const join = () => stage.takeHeartbeat({ join: true, since: 0 })

  /** What is published from now on, each message coming back in its turn. */
  async function close(): Promise<string[]> {
    const closing = stage.delivery.close(1000)
    const log: string[] = []
    for (let round = 0; round < 5; round += 1) {
      log.push(
        ...stage.link.sent,
        ...stage.link.of('heartbeat').map(({ leave }) => (leave ? 'leave' : 'stay'))
      )
      stage.echo()
      await stage.pass(1)
    }
    await closing
    return log
  }

  beforeEach(() => connect())

  it('sends again what a new instance may be about to request, also if the answer is still due', async () => {
    join()
    await stage.pass(60)
    expect(stage.link.of('heartbeat').at(-1)?.baselines).to.have.length(1)
    stage.link.published = []
    expect(await close()).to.deep.equal(['again 4-6', 'leave'])
    await connect()
    join()
    expect(await close()).to.deep.equal(['again 4-6', 'leave'])
  })

  it('sends nothing again if nobody has asked, or long ago, or has heard all of it', async () => {
    expect(await close(), 'nobody').to.deep.equal(['leave'])
    await connect()
    join()
    await stage.pass(1100)
    stage.link.published = []
    expect(await close(), 'long ago').to.deep.equal(['leave'])
    await connect()
    await stage.pass(1000)
    join()
    stage.delivery.send(Buffer.from('mine'), 1)
    await stage.pass(60)
    expect(await close(), 'all heard').to.deep.equal(['7-7', 'stay', 'leave'])
  })

  it('waits until what it sends again has come back, for 2 s', async () => {
    for (const isLost of [false, true]) {
      await connect()
      join()
      const closing = stage.delivery.close(5000)
      await stage.pass(1900)
      expect(stage.link.of('heartbeat').filter(({ leave }) => leave)).to.deep.equal([])
      if (!isLost) stage.echo()
      await stage.pass(isLost ? 200 : 1)
      expect(stage.link.of('heartbeat').at(-1)).to.include({ leave: true })
      await closing
    }
  })

  it('says nothing more: who joins or requests meanwhile is not answered by a heartbeat', async () => {
    const taken = new Deferred()
    stage.link.driver = () => taken.promise
    const closing = stage.delivery.close(1000)
    await stage.pass(1)
    expect(stage.link.of('heartbeat').map(({ leave }) => leave)).to.deep.equal([true])
    stage.link.published = []
    join()
    stage.takeNack(100, 200)
    await stage.pass(900)
    expect(stage.link.published).to.deep.equal([])
    taken.resolve()
    await closing
  })

  it('sends no frame with wire 3', async () => {
    await connect({ wire: 3 })
    join()
    expect(await close()).to.deep.equal([])
  })
})
