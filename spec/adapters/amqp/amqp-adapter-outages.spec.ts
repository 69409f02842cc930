import { expect } from 'chai'
import { eventually } from '../../support/eventually.js'
import { AmqpStage, type Started } from './amqp-stage.js'

const VHOST = 'amqp-outages'

describe('AmqpAdapter, outages', function () {
  this.timeout(60_000)
  const stage = new AmqpStage(VHOST)

  it('keeps connections, channels, queues and consumers constant, and sends one copy', async () => {
    const [one, two] = [await stage.open(), await stage.open()]
    const before = await stage.counts()
    expect(before).to.equal('{2,4,2,2}')
    for (let round = 1; round <= 5; round += 1) {
      await stage.broker.closeConnections()
      await eventually(() => [one, two].every(({ statuses }) => statuses.length === 2 * round + 2))
      await one.adapter.publish(Buffer.from(`round ${round}`))
      await eventually(() => two.received.length >= round, { message: `the message of round ${round}` })
    }
    await eventually(async () => expect(await stage.counts()).to.equal(before))
    expect(two.received.map(String)).to.deep.equal(Array.from({ length: 5 }, (_, i) => `round ${i + 1}`))
  })

  it('subscribes again, once, when the server cancels its consumer', async () => {
    const [one, two] = [await stage.open(), await stage.open()]
    await stage.broker.eval(
      `[rabbit_amqqueue:delete(Q, false, false, <<"x">>) || Q <- rabbit_amqqueue:list(<<"${VHOST}">>)]`
    )
    await recovered(one, two)
  })

  it('subscribes again, once, when the server closes its channel', async () => {
    const [one, two] = [await stage.open(), await stage.open()]
    await stage.deleteExchange(stage.key)
    await Promise.all([one, two].map(({ adapter }) => adapter.publish(Buffer.from('into the void'))))
    await recovered(one, two)
  })

  it('notices by its heartbeat that nothing comes any more, and destroys the dead socket', async () => {
    const { adapter, statuses } = await stage.open(stage.proxied, { heartbeatIntervalInSeconds: 1 })
    stage.proxy.stall()
    await eventually(() => statuses.includes('reconnecting'), { message: 'the outage to be noticed' })
    stage.proxy.resume()
    await eventually(() => adapter.status === 'ready', { message: 'the reconnect' })
    await eventually(() => stage.proxy.connections === 1, { message: 'the end of the first connection' })
  })

  it('keeps nothing of the attempts that failed', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    stage.proxy.refuse()
    const { errors } = stage.start(stage.proxied, { reconnectTimeInSeconds: 0.005 })
    await eventually(() => errors.length > 30, { message: '30 attempts' })
    process.off('warning', onWarning)
    expect(warnings.map(({ name }) => name)).not.to.include('MaxListenersExceededWarning')
  })

  /** Both have been away and are back, and what one sends reaches the other once. */
  async function recovered(...all: Started[]): Promise<void> {
    const [one, two] = all
    await eventually(() => all.every(({ statuses }) => statuses.includes('reconnecting')))
    await eventually(() => all.every(({ adapter }) => adapter.status === 'ready'))
    await one?.adapter.publish(Buffer.from('again'))
    await one?.adapter.publish(Buffer.from('last'))
    await eventually(() => two?.received.map(String).includes('last'))
    expect(two?.received.map(String)).to.deep.equal(['again', 'last'])
    expect(await stage.counts()).to.equal('{2,4,2,2}')
  }
})
