import { expect } from 'chai'
import { Delays } from '../../lib/delivery/delays.js'

describe('Delays', () => {
  it('counts each in all buckets that it is not above', () => {
    const delays = new Delays()
    for (const ms of [0, 1, 1.5, 40, 10_000, 10_001, 1e9]) delays.add(ms)
    const { buckets, sum, count } = delays.stats
    expect(buckets.map(({ upTo, count }) => [upTo, count])).to.deep.equal([
      [1, 2],
      [2.5, 3],
      [5, 3],
      [10, 3],
      [25, 3],
      [50, 4],
      [100, 4],
      [250, 4],
      [500, 4],
      [1000, 4],
      [2500, 4],
      [5000, 4],
      [10_000, 5]
    ])
    expect(count).to.equal(7)
    expect(sum).to.equal(1_000_020_043.5)
  })

  it('has nothing at first', () => {
    const { buckets, sum, count } = new Delays().stats
    expect(buckets.every(({ count }) => count === 0)).to.equal(true)
    expect({ sum, count }).to.deep.equal({ sum: 0, count: 0 })
  })
})
