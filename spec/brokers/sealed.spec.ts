import { randomBytes } from 'node:crypto'
import { describeClosing } from '../conformance/closing.js'
import { describeEvents } from '../conformance/events.js'
import { describeFleet } from '../conformance/fleet.js'
import { describeSyncAdapter } from '../conformance/index.js'
import { Instances } from '../conformance/instances.js'
import { startNats } from '../support/brokers/nats.js'
import { crashingRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'

const secret = randomBytes(32).toString('base64')

/** `ipc:` has no broker that could be killed. */
const BROKERS = { redis: startRedis, amqp: crashingRabbit, nats: startNats }

describe('the adapters of the package, with a secret', () => {
  for (const [name, open] of Object.entries(BROKERS)) {
    describe(name, () => {
      let broker: Awaited<ReturnType<typeof open>>
      before(async () => {
        broker = await open()
      })
      after(() => broker.stop())

      describeSyncAdapter(name, {
        options: () => ({ uri: broker.uri, secret }),
        takesLargeMessages: name !== 'nats',
        broker: { kill: () => broker.kill(), start: () => broker.start() }
      })
    })
  }

  describe('ipc', () => {
    let instances: Instances
    beforeEach(() => {
      instances = new Instances({ options: () => ({ uri: 'ipc:', secret }) })
    })
    afterEach(() => instances.closeAll())

    describeClosing(() => instances)
    describeEvents(() => instances)
    describeFleet(() => instances)
  })
})
