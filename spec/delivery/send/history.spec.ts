import { expect } from 'chai'
import { History } from '../../../lib/delivery/send/history.js'
import { unitsOf } from '../../../lib/delivery/wire/batch.js'
import { UNIT_OVERHEAD } from '../../../lib/delivery/wire/unit.js'
import { SimClock } from '../../simulation/sim-clock.js'

const KIB = 1024
const payload = (length: number) => Buffer.alloc(length)

describe('History', () => {
  let history: History

  const batch = (sequence: number, room = 1000, end?: number) =>
    unitsOf(history.batch(sequence, room, end)).map(({ first }) => first)
  const within = (from: number, to: number) => [...history.within({ from, to })].map(({ first }) => first)

  describe('add', () => {
    it('assigns sequence numbers from 1 on, one to each event of a bulk', () => {
      history = new History({ events: 10, bytes: 1000 })
      expect(history).to.include({ next: 1, oldest: 1, events: 0, bytes: 0 })
      history.add(payload(3), 1)
      history.add(payload(4), 3)
      expect(history).to.include({ next: 5, oldest: 1, events: 4, bytes: 7 })
      expect(batch(1)).to.deep.equal([1, 2])
    })

    it('keeps a copy', () => {
      history = new History({ events: 10, bytes: 1000 })
      const bytes = Buffer.from('abc')
      history.add(bytes, 1)
      bytes.fill('x')
      expect([...history.within({ from: 1, to: 1 })][0]?.payload.toString()).to.equal('abc')
    })

    it('evicts the oldest past its limit of events', () => {
      history = new History({ events: 3, bytes: 1000 })
      for (let count = 0; count < 5; count += 1) history.add(payload(1), 1)
      expect(history).to.include({ next: 6, oldest: 3, events: 3, bytes: 3 })
    })

    it('evicts the oldest past its limit of bytes', () => {
      history = new History({ events: 1000, bytes: 10 })
      for (const length of [4, 4, 2, 5]) history.add(payload(length), 1)
      expect(history).to.include({ oldest: 3, events: 2, bytes: 7 })
    })

    it('evicts a bulk as a whole', () => {
      history = new History({ events: 4, bytes: 1000 })
      history.add(payload(3), 3)
      history.add(payload(2), 2)
      expect(history).to.include({ oldest: 4, events: 2 })
    })

    it('keeps the newest, however large', () => {
      history = new History({ events: 2, bytes: 10 })
      history.add(payload(1), 1)
      history.add(payload(100), 50)
      expect(history).to.include({ oldest: 2, events: 50, bytes: 100 })
      history.add(payload(1), 1)
      expect(history).to.include({ oldest: 52, events: 1, bytes: 1 })
    })

    it('stays within its limits and finds everything over many rounds', () => {
      history = new History({ events: 100, bytes: 1e9 })
      for (let sequence = 1; sequence <= 10_000; sequence += 1) {
        history.add(Buffer.from(String(sequence)), 1)
        if (sequence % 997 !== 0) continue
        expect(history.events).to.equal(Math.min(100, sequence))
        for (let at = history.oldest; at < history.next; at += 1) {
          const [unit] = history.within({ from: at, to: at })
          expect(unit?.payload.toString()).to.equal(String(at))
        }
      }
    })

    it('uses little more memory than its payloads, however large they are', () => {
      for (const lengths of [[150 * KIB], [200], [300 * KIB, 200], [10 * KIB, 90 * KIB]]) {
        history = new History({ events: 1e6, bytes: 8000 * KIB })
        for (let round = 0; round < 1000; round += 1) {
          for (const length of lengths) history.add(payload(length), 1)
        }
        const buffers = new Set(
          [...history.within({ from: 1, to: history.next })].map((unit) => unit.payload.buffer)
        )
        const taken = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)
        expect(taken).to.be.below(1.34 * history.bytes + 512 * KIB)
      }
    })

    it('reuses the memory of evicted events, and of no others', () => {
      const dice = new SimClock(7)
      history = new History({ events: 1e6, bytes: 1000 * KIB })
      const starts: number[] = []
      for (let round = 1; round <= 2000; round += 1) {
        const [{ next }, count] = [history, dice.integer(1, 3)]
        starts[next] = round
        const size = round % 200 < 150 ? dice.integer(4, 8) : 300 // one larger than a chunk has its own memory
        history.add(Buffer.alloc(size * KIB, round % 251), count)
        if (round % 25 !== 0) continue
        for (const { first, payload } of history.within({ from: 1, to: history.next })) {
          const byte = (starts[first] ?? 0) % 251
          expect(payload.every((one) => one === byte)).to.equal(true)
        }
      }
      expect(history.oldest).to.be.greaterThan(1000)
    })
  })

  describe('batch', () => {
    beforeEach(() => {
      history = new History({ events: 100, bytes: 1000 * KIB })
    })

    it('begins with the bulk that holds the event', () => {
      history.add(payload(9), 1)
      history.add(payload(9), 5)
      history.add(payload(9), 1)
      expect(batch(4)).to.deep.equal([2, 7])
      expect(batch(6)).to.deep.equal([2, 7])
      expect(batch(7)).to.deep.equal([7])
      expect(history.batch(4, 1000)).to.include({ first: 2, next: 8 })
    })

    it('takes as many units as fit, to the byte, and at least one', () => {
      for (let count = 0; count < 4; count += 1) history.add(payload(10), 1)
      const size = UNIT_OVERHEAD + 10
      expect(batch(2, 3 * size)).to.deep.equal([2, 3, 4])
      expect(batch(2, 3 * size - 1)).to.deep.equal([2, 3])
      expect(batch(2, 1)).to.deep.equal([2])
    })

    it('ends before an event', () => {
      for (let count = 0; count < 4; count += 1) history.add(payload(10), 1)
      expect(batch(1, 1000, 4)).to.deep.equal([1, 2, 3])
    })

    it('finds every event, in any order and across chunks of memory', () => {
      const dice = new SimClock(3)
      for (let count = 0; count < 100; count += 1) history.add(payload(dice.integer(1, 30) * KIB), 1)
      expect(history.oldest).to.be.greaterThan(1)
      for (let round = 0; round < 500; round += 1) {
        const sequence = dice.integer(history.oldest, history.next - 1)
        const { first, next } = history.batch(sequence, 100 * KIB)
        expect(first).to.equal(sequence)
        expect(next).to.be.within(Math.min(sequence + 3, history.next), history.next)
      }
    })
  })

  describe('within', () => {
    it('returns the kept units of a range', () => {
      history = new History({ events: 4, bytes: 1000 })
      expect(within(1, 10)).to.deep.equal([])
      for (let count = 0; count < 6; count += 1) history.add(payload(1), 1)
      expect(within(1, 4)).to.deep.equal([3, 4])
      expect(within(4, 5)).to.deep.equal([4, 5])
      expect(within(1, 2)).to.deep.equal([])
      expect(within(7, 2 ** 48 - 1)).to.deep.equal([])
    })
  })
})
