import { expect } from 'chai'
import { Questions } from '../../../lib/delivery/receive/nacks.js'

describe('Questions', () => {
  let questions: Questions

  beforeEach(() => {
    questions = new Questions()
  })

  it('are given twice as much time each, 2 s at most', () => {
    const pauses = Array.from({ length: 6 }, () => questions.ask(0))
    expect(pauses).to.deep.equal([150, 300, 600, 1200, 2000, 2000])
  })

  it('begin anew when something came of them', () => {
    expect(questions.arePending).to.equal(false)
    questions.ask(0)
    questions.ask(0)
    expect(questions.arePending).to.equal(true)
    questions.settle()
    expect(questions.arePending).to.equal(false)
    expect(questions.ask(0)).to.equal(150)
  })

  it('are hopeless when eight were ignored, and the first is as old as the patience', () => {
    for (let count = 0; count < 8; count += 1) {
      questions.ask(1000 + count)
      expect(questions.areHopeless(1e6, 500)).to.equal(false)
      questions.ignored()
    }
    expect(questions.areHopeless(1499, 500)).to.equal(false)
    expect(questions.areHopeless(1500, 500)).to.equal(true)
  })
})
