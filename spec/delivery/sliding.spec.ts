import { expect } from 'chai'
import { Sliding } from '../../lib/delivery/sliding.js'

describe('Sliding', () => {
  it('keeps the lowest value for its span, and forgets it within twice of it', () => {
    const lowest = new Sliding(Math.min, 100)
    lowest.add(0, 5)
    lowest.add(50, 9)
    expect(lowest.value).to.equal(5)
    lowest.add(100, 9)
    lowest.add(199, 9)
    expect(lowest.value).to.equal(5)
    lowest.add(200, 9)
    expect(lowest.value).to.equal(9)
    lowest.add(1000, 12)
    expect(lowest.value).to.equal(12)
  })

  it('keeps the highest, if that is what is picked', () => {
    const highest = new Sliding(Math.max, 100)
    for (const value of [3, 7, 1]) highest.add(0, value)
    expect(highest.value).to.equal(7)
  })
})
