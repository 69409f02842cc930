import { expect } from 'chai'
import { Timeline } from '../../lib/delivery/timeline.js'
import { SimClock } from '../simulation/sim-clock.js'

describe('Timeline', () => {
  let timeline: Timeline

  beforeEach(() => {
    timeline = new Timeline()
  })

  it('tells which sequence number the next event had at a time', () => {
    timeline.add(100, 1)
    timeline.add(200, 5)
    timeline.add(240, 8)
    timeline.add(1000, 9)
    const at = (time: number) => timeline.nextAt(time, 12)
    expect([-1, 99, 100].map(at), 'before the first').to.deep.equal([1, 1, 1])
    expect([101, 199].map(at)).to.deep.equal([5, 5])
    expect([200, 230, 240].map(at), 'what was made within 50 ms is one').to.deep.equal([5, 5, 5])
    expect([241, 999].map(at)).to.deep.equal([9, 9])
    expect([1001, 5000].map(at)).to.deep.equal([12, 12])
  })

  it('tells the next one if none was made', () => {
    expect(timeline.nextAt(5, 1)).to.equal(1)
  })

  it('is never too high, however many there are, and exact for the latest', () => {
    const dice = new SimClock(1)
    const made: number[] = []
    for (let next = 1, now = 0; next <= 20_000; next += 1) {
      timeline.add(now, next)
      made.push(now)
      now += dice.random() * 200
    }
    const last = made.at(-1) ?? 0
    for (let round = 0; round < 2000; round += 1) {
      const time = dice.random() * (last + 100)
      const index = made.findIndex((at) => at > time)
      const exact = index < 0 ? 20_001 : index + 1
      const told = timeline.nextAt(time, 20_001)
      expect(told).to.be.at.most(exact)
      if (time > last - 50_000) expect(exact - told).to.be.at.most(20)
    }
    expect(timeline.nextAt(-1, 20_001)).to.equal(1)
  })
})
