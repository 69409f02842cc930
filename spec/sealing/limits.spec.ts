import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { expectAll, Records, reconnects } from '../field/limits.js'
import { type NatsBroker, startNats } from '../support/brokers/nats.js'
import { range } from '../support/members.js'

const secret = randomBytes(32).toString('base64')
const LIMIT = 4096
/** What a message takes beside the data of its event, and more: all sizes at which one message becomes two, or two become three. */
const AROUND = 400

describe('the largest message that a broker takes, with a secret', () => {
  let broker: NatsBroker
  let records: Records

  before(async () => {
    broker = await startNats({ maxPayload: LIMIT })
  })
  after(() => broker.stop())
  beforeEach(() => {
    records = new Records()
  })
  afterEach(() => records.members.closeAll())

  for (const [name, option] of Object.entries({
    sealed: secret,
    'not yet sealed': { keys: secret, plain: 'send' } as const
  })) {
    it(`events of all sizes around it arrive, ${name}`, async () => {
      const [maker, other] = await records.start(2, { uri: broker.uri, secret: option })
      for (const size of [
        ...range(LIMIT - AROUND, LIMIT + 10),
        ...range(2 * LIMIT - AROUND, 2 * LIMIT + 10)
      ]) {
        records.large(maker, size)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await expectAll(maker, [other])
      for (const member of [maker, other]) {
        expect(member.texts()).to.equal('')
        expect(reconnects(member)).to.equal(0)
      }
    })
  }

  it('learned from a server that takes less than before: all arrive, and nothing is dropped', async () => {
    const [maker, other] = await records.start(2, { uri: broker.uri, secret })
    try {
      broker.options.maxPayload = LIMIT / 2
      await broker.reload()
      for (const size of range(LIMIT / 2 - AROUND, LIMIT / 2 + 10)) records.large(maker, size)
      await expectAll(maker, [other])
      for (const { app } of [maker, other])
        expect(Object.values(app.sync.stats().dropped).some((count) => count > 0)).to.equal(false)
    } finally {
      broker.options.maxPayload = LIMIT
      await broker.reload()
    }
  })
})
