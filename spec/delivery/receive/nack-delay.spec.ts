import { expect } from 'chai'
import { randomDelay } from '../../../lib/delivery/receive/nack-delay.js'
import { SimClock } from '../../simulation/sim-clock.js'

function delays(group: number, count = 2000): number[] {
  const clock = new SimClock(7)
  return Array.from({ length: count }, () => randomDelay(clock, group, 20))
}

describe('randomDelay', () => {
  it('is from 0 to the unit times ln(group) + 1', () => {
    for (const group of [0, 2, 100, 10_000]) {
      const longest = 20 * (Math.log(Math.max(2, group)) + 1)
      for (const delay of delays(group)) expect(delay).to.be.within(0, longest)
      expect(Math.max(...delays(group))).to.be.greaterThan(longest * 0.9)
    }
  })

  it('lets few of a group ask before the others can hear it, however large the group', () => {
    for (const group of [10, 100, 1000, 10_000]) {
      const sorted = delays(group, group).sort((one, other) => one - other)
      const [earliest = 0] = sorted
      expect(
        sorted.filter((delay) => delay < earliest + 6),
        `${group}`
      ).to.have.length.below(30)
    }
  })
})
