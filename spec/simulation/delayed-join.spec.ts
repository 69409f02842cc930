import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BODY_AT, ORIGIN_AT } from '../../lib/delivery/wire/frame.js'
import { sealingKeys } from '../../lib/sealing/secret-option.js'
import { SimBroker } from './sim-broker.js'
import { SimClock } from './sim-clock.js'
import { SimInstance } from './sim-instance.js'

/** How late, in ms, and for how long. */
const LATE = 3000
const UNTIL = 8000

/** What an instance receives of another one passes through this, in place of being taken at once. */
function between(from: SimInstance, to: SimInstance, pass: (take: () => void) => void): void {
  const { link } = to
  const take = link.onMessage
  link.onMessage = (bytes) => {
    const isOfIt = Buffer.from(bytes).toString('hex', ORIGIN_AT, BODY_AT) === from.origin
    if (isOfIt) pass(() => take(bytes))
    else take(bytes)
  }
}

describe('a new instance with a secret', () => {
  it('gets what was made since it is ready, where somebody delays what it sends and drops what is sent to it meanwhile', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const clock = new SimClock(seed)
      const broker = new SimBroker(clock)
      const keys = sealingKeys(randomBytes(32).toString('base64'), 'simulated')
      const options = { history: { events: 10_000, bytes: 1e9 }, pace: 20, keys }
      const older = new SimInstance(broker, options)
      const again = () => {
        older.emit()
        if (clock.now() < 20_000) clock.after(20, again)
      }
      clock.after(100, again)
      await clock.run(5000)
      const newcomer = new SimInstance(broker, options)
      const { bornAt } = newcomer
      between(newcomer, older, (take) => {
        if (clock.now() < bornAt + UNTIL) clock.after(LATE, take)
        else take()
      })
      between(older, newcomer, (take) => {
        if (clock.now() >= bornAt + LATE) take()
      })
      await clock.run(25_000)
      const seen = newcomer.seen.get(older.origin) ?? []
      const due = older.madeAt.find(({ at }) => at > (newcomer.provenAt ?? 0))?.first ?? 0
      const first = seen[0]?.from ?? 0
      expect(first, `seed ${seed}`).to.be.within(1, due)
      expect(seen.map(({ from }) => from)).to.deep.equal(
        Array.from({ length: older.made + 1 - first }, (_, at) => first + at)
      )
      expect([newcomer.counts.missed, newcomer.errors.length]).to.deep.equal([0, 0])
      for (const instance of [older, newcomer]) instance.kill()
    }
  })
})
