import { expect } from 'chai'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import type { Member } from '../support/members.js'
import { expectAll, Records, reconnects } from './limits.js'

const MIB = 1024 * 1024

/** Redis with its own defaults, and with limits that an operator has set. */
const SERVERS: [string, string[], number][] = [
  ['as it is installed, 30 MiB', [], 30 * MIB],
  ['as it is installed, 60 MiB', [], 60 * MIB],
  [
    'client-output-buffer-limit pubsub 1mb 1mb 1, 2 MB',
    ['--client-output-buffer-limit', 'pubsub 1mb 1mb 1'],
    2e6
  ],
  ['proto-max-bulk-len 1mb, 2 MB', ['--proto-max-bulk-len', '1mb'], 2e6]
]

describe('limits of Redis', () => {
  for (const [name, args, bytes] of SERVERS) {
    describe(name, () => {
      let broker: RedisBroker
      let records: Records
      let maker: Member
      let others: Member[]

      before(async () => {
        broker = await startRedis({ args })
        records = new Records()
        ;[maker, ...others] = await records.start(3, { uri: broker.uri })
      })

      after(async () => {
        await records.members.closeAll()
        await broker.stop()
      })

      it('an event above them between small ones: it arrives, and so do those behind it', async () => {
        maker.make(5)
        records.large(maker, bytes)
        maker.make(5)
        await expectAll(maker, others)
        for (const member of [maker, ...others]) expect(reconnects(member), member.name).to.be.at.most(2)
        expect(maker.app.sync.stats().events.lost).to.equal(0)
      }).timeout(60_000)

      it('others are heard meanwhile', async () => {
        const [other] = others as [Member]
        records.large(maker, bytes)
        for (let count = 0; count < 10; count += 1) {
          other.make(1)
          await new Promise(setImmediate)
        }
        await expectAll(other, [maker])
        await expectAll(maker, others)
      }).timeout(60_000)
    })
  }
})
