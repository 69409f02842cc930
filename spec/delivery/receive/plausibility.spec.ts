import { expect } from 'chai'
import { MAX_JUMP, PlausibilityCheck } from '../../../lib/delivery/receive/plausibility.js'

describe('PlausibilityCheck', () => {
  let check: PlausibilityCheck

  beforeEach(() => {
    check = new PlausibilityCheck()
  })

  describe('judge', () => {
    it('accepts the next event, a plausible jump, and late duplicates', () => {
      expect(check.judge(0, 10, 10)).to.equal('accepted')
      expect(check.judge(0, 10, 9)).to.equal('accepted')
      expect(check.judge(0, 10, 10 + MAX_JUMP)).to.equal('accepted')
      expect(check.judge(0, 10, 3)).to.equal('accepted')
    })

    it('refuses a jump, until it was repeated three times and for 15 s', () => {
      const last = 11 + MAX_JUMP
      expect(check.judge(0, 10, last)).to.equal('refused')
      expect(check.judge(5_000, 10, last)).to.equal('refused')
      expect(check.judge(14_999, 10, last)).to.equal('refused')
      expect(check.judge(15_000, 10, last)).to.equal('accepted')
      expect(check.judge(15_100, 10, last)).to.equal('accepted')
      expect(check.judge(15_200, 10, 10)).to.equal('accepted')
      expect(check.judge(15_300, 10, last)).to.equal('refused')
    })

    it('accepts a lower sequence once it was repeated three times and for 15 s', () => {
      expect(check.judge(0, 1000, 5)).to.equal('accepted')
      expect(check.judge(20_000, 1000, 6)).to.equal('accepted')
      expect(check.judge(20_001, 1000, 7)).to.equal('reset')
    })

    it('starts over after each plausible frame', () => {
      check.judge(0, 10, 3)
      check.judge(10_000, 10, 3)
      check.judge(14_000, 10, 10)
      expect(check.judge(16_000, 10, 3)).to.equal('accepted')
      expect(check.judge(30_000, 10, 3)).to.equal('accepted')
      expect(check.judge(31_000, 10, 3)).to.equal('reset')
    })
  })
})
