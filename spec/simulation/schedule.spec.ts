import { expect } from 'chai'
import { runSchedule } from './schedule.js'

const SCHEDULES = 150
const AT_A_TIME = 50

describe('simulated failures', function () {
  this.timeout(60_000) // fifty are 4 s of CPU
  const sum = { events: 0, gaps: 0, duplicates: 0, reconnects: 0, replayed: 0, outdated: 0 }

  for (let first = 1; first <= SCHEDULES; first += AT_A_TIME) {
    it(`break no promise: seeds ${first} to ${first + AT_A_TIME - 1}`, async () => {
      for (let seed = first; seed < first + AT_A_TIME; seed += 1) {
        const outcome = await runSchedule(seed, { isSealed: seed % 3 === 0 })
        for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome[name]
      }
    })
  }

  it('were failures: there were gaps, duplicates, new connections, and sealed messages that came again or too late', () => {
    expect(sum.events).to.be.greaterThan(SCHEDULES * 100)
    expect(sum.gaps).to.be.greaterThan(0)
    expect(sum.duplicates).to.be.greaterThan(SCHEDULES)
    expect(sum.replayed).to.be.greaterThan(SCHEDULES)
    expect(sum.outdated).to.be.greaterThan(0)
    expect(sum.reconnects).to.be.greaterThan(SCHEDULES / 10)
  })

  it('are the same for the same seed', async () => {
    const [one, other] = [await runSchedule(42), await runSchedule(42)]
    expect({ ...one, instances: one.instances.length }).to.deep.equal({
      ...other,
      instances: other.instances.length
    })
  })
})
