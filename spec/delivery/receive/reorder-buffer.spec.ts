import { expect } from 'chai'
import { ReorderBudget, ReorderBuffer } from '../../../lib/delivery/receive/reorder-buffer.js'
import type { Unit } from '../../../lib/delivery/wire/unit.js'

const MIB = 1024 * 1024
const unit = (first: number, length = 10): Unit => ({ first, count: 1, payload: Buffer.alloc(length, 'x') })
const bulk = (first: number, count: number): Unit => ({ first, count, payload: Buffer.alloc(count) })

describe('ReorderBuffer', () => {
  let budget: ReorderBudget
  let buffer: ReorderBuffer

  beforeEach(() => {
    budget = new ReorderBudget()
    buffer = new ReorderBuffer(budget)
  })

  const held = () => Array.from({ length: 10 }, (_, first) => first).filter((first) => buffer.has(first))

  describe('add', () => {
    it('keeps units', () => {
      for (const first of [5, 3, 9]) expect(buffer.add(unit(first))).to.equal(true)
      expect(held()).to.deep.equal([3, 5, 9])
      expect(buffer.has(5)).to.equal(true)
      expect(buffer.has(4)).to.equal(false)
    })

    it('keeps a copy of the payload', () => {
      const payload = Buffer.from('abc')
      buffer.add({ first: 2, count: 1, payload })
      payload.fill(0)
      expect(buffer.take(2)?.payload.toString()).to.equal('abc')
    })

    it('keeps 50,000 units, and has room again when one was taken', () => {
      for (let first = 1; first <= 50_000; first += 1) buffer.add(unit(first, 1))
      expect(buffer.add(unit(60_000))).to.equal(false)
      buffer.take(1)
      expect(buffer.add(unit(60_000))).to.equal(true)
    })

    it('keeps 16 MiB', () => {
      for (let first = 1; first <= 15; first += 1) expect(buffer.add(unit(first, MIB))).to.equal(true)
      expect(buffer.add(unit(16, MIB))).to.equal(false)
      expect(buffer.add(unit(17, MIB / 2))).to.equal(true)
    })

    it('keeps 64 MiB in all buffers together', () => {
      const others = Array.from({ length: 4 }, () => new ReorderBuffer(budget))
      for (const other of others) for (let first = 1; first <= 15; first += 1) other.add(unit(first, MIB))
      for (let first = 1; first <= 3; first += 1) expect(buffer.add(unit(first, MIB))).to.equal(true)
      expect(buffer.add(unit(4, MIB))).to.equal(false)
      others[0]?.take(1)
      expect(buffer.add(unit(4, MIB))).to.equal(true)
    })
  })

  describe('take', () => {
    it('removes a unit once, and releases its cost', () => {
      buffer.add(unit(5))
      expect(buffer.take(5)).to.deep.include(unit(5))
      expect(buffer.take(5)).to.equal(undefined)
      expect(budget.used).to.equal(0)
    })
  })

  describe('lowestSent', () => {
    it('is the first unit that was sent for the first time at that age or later, no retransmission', () => {
      buffer.add(unit(3))
      buffer.add(unit(9), 700)
      buffer.add(unit(6), 500)
      expect([0, 500, 501, 701].map((age) => buffer.lowestSent(age))).to.deep.equal([
        6,
        6,
        9,
        Number.POSITIVE_INFINITY
      ])
      buffer.received(3, 400)
      expect(buffer.lowestSent(0)).to.equal(3)
      buffer.take(3)
      buffer.received(3, 400) // not held any more
      expect(buffer.lowestSent(0)).to.equal(6)
    })
  })

  describe('runBefore', () => {
    it('is where the units begin that lead up to an event without a gap', () => {
      for (const one of [unit(2), bulk(4, 3), unit(7), unit(9)]) buffer.add(one)
      expect([3, 4, 7, 8, 9, 10, 20].map((end) => buffer.runBefore(end))).to.deep.equal([
        2, 4, 4, 4, 9, 9, 20
      ])
    })
  })

  describe('missing', () => {
    it('returns what of a range is not held, in any order of arrival', () => {
      for (const one of [unit(9), bulk(3, 2), unit(6)]) buffer.add(one)
      expect(buffer.missing({ from: 2, to: 12 }, 9)).to.deep.equal([
        { from: 2, to: 2 },
        { from: 5, to: 5 },
        { from: 7, to: 8 },
        { from: 10, to: 12 }
      ])
      expect(buffer.missing({ from: 2, to: 7 }, 9).at(-1)).to.deep.equal({ from: 7, to: 7 })
      expect(buffer.missing({ from: 3, to: 4 }, 9)).to.deep.equal([])
    })

    it('returns at most the given number of ranges', () => {
      for (const first of [3, 6, 9]) buffer.add(unit(first))
      expect(buffer.missing({ from: 2, to: 12 }, 2)).to.deep.equal([
        { from: 2, to: 2 },
        { from: 4, to: 5 }
      ])
    })
  })

  describe('dropBefore', () => {
    it('drops the units that begin before an event', () => {
      for (const first of [3, 5, 9]) buffer.add(unit(first))
      buffer.dropBefore(5)
      expect(held()).to.deep.equal([5, 9])
      buffer.dropBefore(Number.POSITIVE_INFINITY)
      expect(budget.used).to.equal(0)
    })
  })
})
