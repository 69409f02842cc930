import { describeSyncAdapter } from '../conformance/index.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'

describe('RedisAdapter', () => {
  let broker: RedisBroker

  before(async () => {
    broker = await startRedis()
  })

  after(() => broker.stop())

  describeSyncAdapter('redis', {
    options: () => ({ uri: broker.uri }),
    broker: { kill: () => broker.kill(), start: () => broker.start() }
  })
})
