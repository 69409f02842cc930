import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { Example } from './example.js'

for (const folder of ['nginx', 'graceful-restart']) {
  describe(`examples/${folder}`, function () {
    this.timeout(180_000)
    let redis: RedisBroker

    before(async () => {
      redis = await startRedis()
    })
    after(() => redis.stop())

    it('prints what its README shows', () => new Example(folder).expectOutput({ REDIS_URI: redis.uri }))
  })
}
