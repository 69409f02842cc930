import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { Example } from './example.js'

for (const folder of ['cache-invalidation', 'run-once-jobs', 'cron', 'health', 'tracing', 'generated-app']) {
  describe(`examples/${folder}`, function () {
    this.timeout(60_000)

    it('prints what its README shows', () => new Example(folder).expectOutput())
  })
}

describe('examples/worker', function () {
  this.timeout(60_000)
  let redis: RedisBroker

  before(async () => {
    redis = await startRedis()
  })

  after(() => redis.stop())

  it('prints what its README shows', () => new Example('worker').expectOutput({ REDIS_URL: redis.uri }))
})
