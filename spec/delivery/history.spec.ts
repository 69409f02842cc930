import { expect } from 'chai'
import { History } from '../../lib/delivery/history.js'

const payload = (length: number) => Buffer.alloc(length)
const numbers = (entries: Iterable<{ first: number }>) => [...entries].map(({ first }) => first)

describe('History', () => {
  describe('add', () => {
    it('numbers events from 1 on, those of a bulk each', () => {
      const history = new History({ events: 10, bytes: 1000 })
      expect(history).to.include({ next: 1, oldest: 1, events: 0, bytes: 0 })
      history.add(payload(3), 1)
      history.add(payload(4), 3)
      expect(history).to.include({ next: 5, oldest: 1, events: 4, bytes: 7 })
      expect(numbers(history.batch(1, 1000))).to.deep.equal([1, 2])
    })

    it('drops the oldest past its events', () => {
      const history = new History({ events: 3, bytes: 1000 })
      for (let count = 0; count < 5; count += 1) history.add(payload(1), 1)
      expect(history).to.include({ next: 6, oldest: 3, events: 3, bytes: 3 })
    })

    it('drops the oldest past its bytes', () => {
      const history = new History({ events: 1000, bytes: 10 })
      for (const length of [4, 4, 2, 5]) history.add(payload(length), 1)
      expect(history).to.include({ oldest: 3, events: 2, bytes: 7 })
    })

    it('drops a bulk as a whole', () => {
      const history = new History({ events: 4, bytes: 1000 })
      history.add(payload(3), 3)
      history.add(payload(2), 2)
      expect(history).to.include({ oldest: 4, events: 2 })
    })

    it('keeps the newest, however large', () => {
      const history = new History({ events: 2, bytes: 10 })
      history.add(payload(1), 1)
      history.add(payload(100), 50)
      expect(history).to.include({ oldest: 2, events: 50, bytes: 100 })
      history.add(payload(1), 1)
      expect(history).to.include({ oldest: 52, events: 1, bytes: 1 })
    })

    it('stays within its limits and finds everything over many rounds', () => {
      const history = new History({ events: 100, bytes: 1e9 })
      for (let number = 1; number <= 10_000; number += 1) {
        history.add(Buffer.from(String(number)), 1)
        if (number % 997 !== 0) continue
        expect(history.events).to.equal(Math.min(100, number))
        for (let at = history.oldest; at < history.next; at += 1) {
          const [entry] = history.batch(at, 1000)
          expect(entry?.payload.toString()).to.equal(String(at))
        }
      }
    })
  })

  describe('batch', () => {
    it('begins with the bulk that holds the number', () => {
      const history = new History({ events: 100, bytes: 1000 })
      history.add(payload(9), 1)
      history.add(payload(9), 5)
      history.add(payload(9), 1)
      expect(numbers(history.batch(4, 1000))).to.deep.equal([2, 7])
      expect(numbers(history.batch(6, 1000))).to.deep.equal([2, 7])
      expect(numbers(history.batch(7, 1000))).to.deep.equal([7])
      expect(numbers(history.batch(8, 1000))).to.deep.equal([])
    })
  })

  describe('within', () => {
    it('is what is there of a range', () => {
      const history = new History({ events: 4, bytes: 1000 })
      for (let count = 0; count < 6; count += 1) history.add(payload(1), 1)
      expect(numbers(history.within({ from: 1, to: 4 }))).to.deep.equal([3, 4])
      expect(numbers(history.within({ from: 4, to: 5 }))).to.deep.equal([4, 5])
      expect(numbers(history.within({ from: 1, to: 2 }))).to.deep.equal([])
      expect(numbers(history.within({ from: 7, to: 2 ** 48 - 1 }))).to.deep.equal([])
    })
  })
})
