import { expect } from 'chai'
import { measureScale, type Scale } from './scale.js'
import { SimBroker } from './sim-broker.js'
import { SimClock } from './sim-clock.js'
import { SimInstance } from './sim-instance.js'

const SEEDS = [1, 2]

describe('what a fleet costs', function () {
  this.timeout(180_000) // virtual time, but real work: a hundred instances, twice

  for (const size of [2, 20, 100]) {
    describe(`of ${size} instances`, () => {
      let scales: Scale[]

      before(async () => {
        scales = await Promise.all(SEEDS.map((seed) => measureScale(size, seed)))
      })

      it('is a few NACKs and retransmissions for a lost frame, however many instances miss it', () => {
        for (const { nacks, resent } of scales) {
          expect(nacks).to.be.within(1, 5)
          expect(resent).to.be.within(1, 5)
        }
      })

      it('is at most one heartbeat of each a period, and 50 of all a second', () => {
        for (const { heartbeatsPerSecond } of scales) {
          expect(heartbeatsPerSecond).to.be.greaterThan(0)
          expect(heartbeatsPerSecond).to.be.at.most(Math.min(50, size / 3.75))
        }
      })

      it('is a few frames of each after a restart of the broker', () => {
        for (const { framesAfterRestart } of scales) {
          expect(framesAfterRestart).to.be.at.most(20 + 4 * size)
        }
      })
    })
  }

  it('is no additional frame, and no new connection, while one instance sends an event each ms', async () => {
    const clock = new SimClock(1)
    const broker = new SimBroker(clock)
    const history = { events: 1000, bytes: 1e9 }
    const instances = Array.from({ length: 5 }, () => new SimInstance(broker, { history }))
    const [busy] = instances as [SimInstance]
    await clock.run(10_000)
    const before = broker.published
    const again = () => {
      busy.emit()
      if (clock.now() < 40_000) clock.after(1, again)
    }
    again()
    await clock.run(41_000)
    expect(instances.map(({ link }) => link.reconnects)).to.deep.equal([0, 0, 0, 0, 0])
    expect(broker.nacks).to.equal(0)
    // One heartbeat of each a period, and those that follow the last events.
    expect(broker.published - before).to.be.within(busy.made, busy.made + 60)
    for (const instance of instances) instance.kill()
  })
})
