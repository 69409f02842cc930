import { describeSyncAdapter } from '../conformance/index.js'
import { type NatsBroker, startNats } from '../support/brokers/nats.js'

describe('NatsAdapter', () => {
  let broker: NatsBroker

  before(async () => {
    broker = await startNats()
  })

  after(() => broker.stop())

  describeSyncAdapter('nats', {
    options: () => ({ uri: broker.uri }),
    takesLargeMessages: false,
    broker: { kill: () => broker.kill(), start: () => broker.start() }
  })
})
