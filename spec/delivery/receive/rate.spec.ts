import { expect } from 'chai'
import { Rate } from '../../../lib/delivery/receive/rate.js'

describe('Rate', () => {
  it('is how much was added in a second, over the last one to two rounds', () => {
    const rate = new Rate(1000, 50)
    expect(rate.at(1000, 50)).to.equal(0)
    expect(rate.at(1100, 60), 'a short time counts as a second').to.equal(10)
    expect(rate.at(3000, 70)).to.equal(10)
    rate.round(6000, 100)
    expect(rate.at(6000, 100), 'since the beginning').to.equal(10)
    rate.round(11_000, 600)
    expect(rate.at(11_000, 600), 'in the last round').to.equal(100)
    expect(rate.at(16_000, 600), 'in two rounds').to.equal(50)
  })

  it('is 0 after a reset, and goes on from there', () => {
    const rate = new Rate(0, 1_000_000)
    expect(rate.at(5000, 3)).to.equal(0)
    rate.round(5000, 3)
    rate.round(10_000, 3)
    expect(rate.at(15_000, 53)).to.equal(5)
  })
})
