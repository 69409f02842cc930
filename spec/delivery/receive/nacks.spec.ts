import { expect } from 'chai'
import { Nacks, nackDelay } from '../../../lib/delivery/receive/nacks.js'
import { SimClock } from '../../simulation/sim-clock.js'

describe('Nacks', () => {
  let nacks: Nacks

  beforeEach(() => {
    nacks = new Nacks()
  })

  it('have pauses that double, up to 2 s', () => {
    const pauses = Array.from({ length: 6 }, () => nacks.send(0))
    expect(pauses).to.deep.equal([150, 300, 600, 1200, 2000, 2000])
  })

  it('start over after progress', () => {
    expect(nacks.arePending).to.equal(false)
    nacks.send(0)
    nacks.send(0)
    expect(nacks.arePending).to.equal(true)
    nacks.settle()
    expect(nacks.arePending).to.equal(false)
    expect(nacks.send(0)).to.equal(150)
  })

  it('are hopeless when eight were ignored, and the first is older than the patience', () => {
    for (let count = 0; count < 8; count += 1) {
      nacks.send(1000 + count)
      expect(nacks.areHopeless(1e6, 500)).to.equal(false)
      nacks.ignored()
    }
    expect(nacks.areHopeless(1499, 500)).to.equal(false)
    expect(nacks.areHopeless(1500, 500)).to.equal(true)
  })
})

function delays(group: number, count = 2000): number[] {
  const clock = new SimClock(7)
  return Array.from({ length: count }, () => nackDelay(clock, group, 20))
}

describe('nackDelay', () => {
  it('is from 0 to the unit times ln(group) + 1', () => {
    for (const group of [0, 2, 100, 10_000]) {
      const longest = 20 * (Math.log(Math.max(2, group)) + 1)
      for (const delay of delays(group)) expect(delay).to.be.within(0, longest)
      expect(Math.max(...delays(group))).to.be.greaterThan(longest * 0.9)
    }
  })

  it('lets only a few of a group send a NACK before the others receive it, however large the group', () => {
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
