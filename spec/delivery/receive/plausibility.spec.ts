import { expect } from 'chai'
import { Doubt, MAX_JUMP } from '../../../lib/delivery/receive/plausibility.js'

describe('Doubt', () => {
  let doubt: Doubt

  beforeEach(() => {
    doubt = new Doubt()
  })

  describe('judge', () => {
    it('takes what follows, what jumps ahead within reason, and late copies', () => {
      expect(doubt.judge(0, 10, 10)).to.equal('taken')
      expect(doubt.judge(0, 10, 9)).to.equal('taken')
      expect(doubt.judge(0, 10, 10 + MAX_JUMP)).to.equal('taken')
      expect(doubt.judge(0, 10, 3)).to.equal('taken')
    })

    it('refuses a jump, until it was said three times and for 15 s', () => {
      const last = 11 + MAX_JUMP
      expect(doubt.judge(0, 10, last)).to.equal('refused')
      expect(doubt.judge(5_000, 10, last)).to.equal('refused')
      expect(doubt.judge(14_999, 10, last)).to.equal('refused')
      expect(doubt.judge(15_000, 10, last)).to.equal('taken')
      expect(doubt.judge(15_100, 10, last)).to.equal('taken')
      expect(doubt.judge(15_200, 10, 10)).to.equal('taken')
      expect(doubt.judge(15_300, 10, last)).to.equal('refused')
    })

    it('believes numbers that are behind once they were said three times and for 15 s', () => {
      expect(doubt.judge(0, 1000, 5)).to.equal('taken')
      expect(doubt.judge(20_000, 1000, 6)).to.equal('taken')
      expect(doubt.judge(20_001, 1000, 7)).to.equal('renumbered')
    })

    it('begins anew after each frame that fits', () => {
      doubt.judge(0, 10, 3)
      doubt.judge(10_000, 10, 3)
      doubt.judge(14_000, 10, 10)
      expect(doubt.judge(16_000, 10, 3)).to.equal('taken')
      expect(doubt.judge(30_000, 10, 3)).to.equal('taken')
      expect(doubt.judge(31_000, 10, 3)).to.equal('renumbered')
    })
  })
})
