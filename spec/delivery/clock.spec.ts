import { expect } from 'chai'
import { systemClock } from '../../lib/delivery/clock.js'

describe('systemClock', () => {
  it('calls back after some time, at the end of a turn, and never for canceled timers', async () => {
    const calls: string[] = []
    const from = systemClock.now()
    systemClock.after(1, () => calls.push('canceled'))()
    systemClock.turn(() => calls.push('turn'))
    await new Promise<void>((resolve) => {
      systemClock.after(20, () => {
        calls.push('after')
        resolve()
      })
      // A timer of ours: those of the clock don't hold the process.
      setTimeout(() => {}, 100)
    })
    expect(calls).to.deep.equal(['turn', 'after'])
    expect(systemClock.now() - from).to.be.at.least(19)
    expect(systemClock.random()).to.be.within(0, 1)
  })
})
