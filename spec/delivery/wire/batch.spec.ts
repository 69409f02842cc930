import { expect } from 'chai'
import { batches, batchOf, receivedBatch, unitsOf } from '../../../lib/delivery/wire/batch.js'
import { UNIT_OVERHEAD, type Unit } from '../../../lib/delivery/wire/unit.js'
import { SyncError } from '../../../lib/errors.js'

const unit = (first: number, count = 1, length = 10): Unit => ({
  first,
  count,
  payload: Buffer.alloc(length, first)
})

describe('batches', () => {
  const units = [unit(1), unit(2, 3), unit(5), unit(6)]
  const room = (count: number) => count * (UNIT_OVERHEAD + 10)
  const groups = (taken: Iterable<Unit>, bytes: number) =>
    [...batches(taken, bytes)].map((batch) => unitsOf(batch).map(({ first }) => first))

  it('takes as many units as fit, to the byte', () => {
    expect(groups(units, 1e6)).to.deep.equal([[1, 2, 5, 6]])
    expect(groups(units, room(3))).to.deep.equal([[1, 2, 5], [6]])
    expect(groups(units, room(3) - 1)).to.deep.equal([
      [1, 2],
      [5, 6]
    ])
  })

  it('takes at least one, however large', () => {
    expect(groups([unit(1, 1, 1000), unit(2)], room(1))).to.deep.equal([[1], [2]])
  })

  it('ends where the sequence is interrupted', () => {
    expect(groups([unit(1), unit(3)], 1e6)).to.deep.equal([[1], [3]])
  })

  it('makes nothing of nothing', () => {
    expect(groups([], 1e6)).to.deep.equal([])
  })

  it('tells its first and next sequence numbers', () => {
    expect([...batches(units, room(2))][0]).to.include({ first: 1, next: 5 })
  })
})

describe('unitsOf', () => {
  it('is the reverse of batchOf, for payloads without bytes too', () => {
    const units = [unit(7, 1, 0), unit(8, 3), unit(11)]
    expect(unitsOf(batchOf(units))).to.deep.equal(units)
  })
})

describe('receivedBatch', () => {
  it('finds out where the events end', () => {
    const batch = batchOf([unit(7), unit(8, 3)])
    expect(receivedBatch(batch.bytes, 7)).to.deep.equal(batch)
    expect(batch.next).to.equal(11)
  })

  it('refuses bytes truncated anywhere but between two units', () => {
    const { bytes } = batchOf([unit(1), unit(2)])
    for (let length = 0; length < bytes.length; length += 1) {
      if (length === bytes.length / 2) continue
      expect(() => receivedBatch(bytes.subarray(0, length), 1))
        .to.throw(SyncError, /truncated|no events/)
        .with.property('kind', 'frame')
    }
  })
})
