import { expect } from 'chai'
import { batch } from '../../lib/delivery/batch.js'
import { EVENTS_OVERHEAD, UNIT_OVERHEAD, type Unit } from '../../lib/delivery/frame.js'

describe('batch', () => {
  const unit = (first: number, count = 1, length = 10): Unit => ({
    first,
    count,
    payload: Buffer.alloc(length)
  })
  const units = [unit(1), unit(2, 3), unit(5), unit(6)]
  const room = (count: number) => EVENTS_OVERHEAD + count * (UNIT_OVERHEAD + 10)
  const firsts = (taken: Unit[]) => taken.map(({ first }) => first)

  it('takes all that there is room for, to the byte', () => {
    expect(firsts(batch(units, 0, 1e6))).to.deep.equal([1, 2, 5, 6])
    expect(firsts(batch(units, 0, room(3)))).to.deep.equal([1, 2, 5])
    expect(firsts(batch(units, 0, room(3) - 1))).to.deep.equal([1, 2])
  })

  it('takes one at least, however large', () => {
    expect(firsts(batch([unit(1, 1, 1000), unit(2)], 0, room(1)))).to.deep.equal([1])
  })

  it('ends where the numbers do not go on', () => {
    expect(firsts(batch([unit(1), unit(3)], 0, 1e6))).to.deep.equal([1])
  })

  it('begins where it is told', () => {
    expect(firsts(batch(units, 1, room(2)))).to.deep.equal([2, 5])
    expect(firsts(batch(units, 4, room(2)))).to.deep.equal([])
  })

  it('ends before an event', () => {
    expect(firsts(batch(units, 0, 1e6, 5))).to.deep.equal([1, 2])
  })

  it('takes nothing of nothing', () => {
    expect(batch([], 0, 1e6)).to.deep.equal([])
  })
})
