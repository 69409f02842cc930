import { describeSyncAdapter } from '../conformance/index.js'
import { type RabbitBroker, sharedRabbit } from '../support/brokers/rabbitmq.js'

describe('AmqpAdapter', function () {
  this.timeout(60_000)
  let broker: RabbitBroker
  let uri: string

  before(async () => {
    broker = await sharedRabbit()
    uri = await broker.createVhost('amqp-adapter')
  })

  describeSyncAdapter('amqp', {
    options: () => ({ uri }),
    broker: { kill: () => broker.kill(), start: () => broker.start() }
  })
})
