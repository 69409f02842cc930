import { connect } from 'amqplib'
import { expect } from 'chai'
import type { RabbitBroker } from '../../support/brokers/rabbitmq.js'
import { eventually } from '../../support/eventually.js'
import { type Member, Members, range } from '../../support/members.js'

const VHOST = 'quorum-by-default'

/** A queue that says nothing of its type is a quorum queue there: it can be neither exclusive nor lost with the server. */
export function describeQuorumDefault(broker: () => RabbitBroker): void {
  it('works on a virtual host whose default queue type is quorum, through a restart', async () => {
    const uri = await broker().createVhost(VHOST, '#{default_queue_type => <<"quorum">>}')
    expect(await typeOfOther(uri, broker())).to.equal('[rabbit_quorum_queue]')
    const members = new Members()
    const [one, two] = await members.start(2, { uri, heartbeat: 500 })
    await expectExchange(one, two)
    expect(await queueTypes(broker())).to.equal('[rabbit_classic_queue,rabbit_classic_queue]')
    await broker().kill()
    await eventually(() => [one, two].every(({ app }) => app.sync.status === 'reconnecting'))
    for (const member of [one, two]) member.make(5)
    await broker().start()
    await expectExchange(one, two)
    expect([one, two].flatMap(({ gaps }) => gaps)).to.deep.equal([])
    await members.closeAll()
  })
}

/** Proves that the default is there. */
async function typeOfOther(uri: string, broker: RabbitBroker): Promise<string> {
  const connection = await connect(uri)
  const channel = await connection.createChannel()
  await channel.assertQueue('other')
  const type = await queueTypes(broker)
  await channel.deleteQueue('other')
  await connection.close()
  return type
}

const queueTypes = (broker: RabbitBroker) =>
  broker.eval(`[amqqueue:get_type(Q) || Q <- rabbit_amqqueue:list(<<"${VHOST}">>)]`)

async function expectExchange(one: Member, two: Member): Promise<void> {
  for (const member of [one, two]) member.make(5)
  await eventually(
    async () => {
      expect(two.got(one), two.texts()).to.deep.equal(range(1, one.made))
      expect(one.got(two), one.texts()).to.deep.equal(range(1, two.made))
    },
    { timeout: 30_000 }
  )
}
