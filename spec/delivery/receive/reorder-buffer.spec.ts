import { expect } from 'chai'
import { ReorderBudget, ReorderBuffer } from '../../../lib/delivery/receive/reorder-buffer.js'
import type { Unit } from '../../../lib/delivery/wire/unit.js'

const MIB = 1024 * 1024
const unit = (first: number, length = 10): Unit => ({ first, count: 1, payload: Buffer.alloc(length, 'x') })

describe('ReorderBuffer', () => {
  let budget: ReorderBudget
  let window: ReorderBuffer

  beforeEach(() => {
    budget = new ReorderBudget()
    window = new ReorderBuffer(budget)
  })

  const numbers = () => Array.from({ length: 10 }, (_, first) => first).filter((first) => window.has(first))

  describe('add', () => {
    it('keeps units', () => {
      for (const first of [5, 3, 9]) expect(window.add(unit(first))).to.equal(true)
      expect(numbers()).to.deep.equal([3, 5, 9])
      expect(window.has(5)).to.equal(true)
      expect(window.has(4)).to.equal(false)
    })

    it('keeps no view of the buffer it was given', () => {
      const payload = Buffer.from('abc')
      window.add({ first: 2, count: 1, payload })
      payload.fill(0)
      expect(window.take(2)?.payload.toString()).to.equal('abc')
    })

    it('keeps 50,000 units, and has room again when one has gone', () => {
      for (let first = 1; first <= 50_000; first += 1) window.add(unit(first, 1))
      expect(window.add(unit(60_000))).to.equal(false)
      window.take(1)
      expect(window.add(unit(60_000))).to.equal(true)
    })

    it('keeps 16 MiB', () => {
      for (let first = 1; first <= 15; first += 1) expect(window.add(unit(first, MIB))).to.equal(true)
      expect(window.add(unit(16, MIB))).to.equal(false)
      expect(window.add(unit(17, MIB / 2))).to.equal(true)
    })

    it('keeps 64 MiB together with the others', () => {
      const others = Array.from({ length: 4 }, () => new ReorderBuffer(budget))
      for (const other of others) for (let first = 1; first <= 15; first += 1) other.add(unit(first, MIB))
      for (let first = 1; first <= 3; first += 1) expect(window.add(unit(first, MIB))).to.equal(true)
      expect(window.add(unit(4, MIB))).to.equal(false)
      others[0]?.take(1)
      expect(window.add(unit(4, MIB))).to.equal(true)
    })
  })

  describe('take', () => {
    it('takes a unit out once, with what it cost', () => {
      window.add(unit(5))
      expect(window.take(5)).to.deep.equal(unit(5))
      expect(window.take(5)).to.equal(undefined)
      expect(budget.used).to.equal(0)
    })
  })

  describe('missing', () => {
    const bulk = (first: number, count: number): Unit => ({ first, count, payload: Buffer.alloc(count) })

    it('tells what of a range is not here, whatever came first', () => {
      for (const held of [unit(9), bulk(3, 2), unit(6)]) window.add(held)
      expect(window.missing({ from: 2, to: 12 }, 9)).to.deep.equal([
        { from: 2, to: 2 },
        { from: 5, to: 5 },
        { from: 7, to: 8 },
        { from: 10, to: 12 }
      ])
      expect(window.missing({ from: 2, to: 7 }, 9).at(-1)).to.deep.equal({ from: 7, to: 7 })
      expect(window.missing({ from: 3, to: 4 }, 9)).to.deep.equal([])
    })

    it('tells no more ranges than asked for', () => {
      for (const first of [3, 6, 9]) window.add(unit(first))
      expect(window.missing({ from: 2, to: 12 }, 2)).to.deep.equal([
        { from: 2, to: 2 },
        { from: 4, to: 5 }
      ])
    })
  })

  describe('dropBefore', () => {
    it('drops what begins before a number', () => {
      for (const first of [3, 5, 9]) window.add(unit(first))
      window.dropBefore(5)
      expect(numbers()).to.deep.equal([5, 9])
      window.dropBefore(Number.POSITIVE_INFINITY)
      expect(budget.used).to.equal(0)
    })
  })
})
