import { expect } from 'chai'
import { ReplayWindow } from '../../lib/sealing/replay-window.js'
import { Random } from '../soak/random.js'

const SIZE = 1024

/** The same, from what has been accepted: all that is larger than the window, kept for ever. */
class Model {
  readonly #accepted: Set<number>
  #first: number

  constructor(first: number) {
    this.#first = first
    this.#accepted = new Set([first])
  }

  isNew(number: number): boolean {
    const highest = Math.max(...this.#accepted)
    return number > this.#first && number >= highest - SIZE && !this.#accepted.has(number)
  }

  accept(number: number): void {
    this.#accepted.add(number)
  }

  restart(number: number): void {
    this.accept(number)
    this.#first = Math.max(...this.#accepted)
  }
}

describe('ReplayWindow', () => {
  it('takes each number once, also out of order and where it restarts, as a naive model does', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = new Random(`window ${seed}`)
      const first = random.magnitude(1, 2 ** 40)
      const [window, model] = [new ReplayWindow(first), new Model(first)]
      let highest = first
      let taken = 0
      for (let round = 0; round < 500; round += 1) {
        const number = random.chance(0.5)
          ? highest + random.magnitude(1, 3000)
          : highest - random.magnitude(1, 2 * SIZE) + 1
        const isNew = model.isNew(number)
        expect(window.isNew(number), `seed ${seed}: ${number} after ${highest}`).to.equal(isNew)
        if (!isNew) continue
        const restarts = random.chance(0.05)
        for (const one of [window, model]) restarts ? one.restart(number) : one.accept(number)
        highest = Math.max(highest, number)
        taken += 1
      }
      expect(taken).to.be.within(100, 499)
    }
  })

  it('takes what is exactly its size behind, and nothing further behind', () => {
    const window = new ReplayWindow(1)
    window.accept(5000)
    expect(window.isNew(5000 - SIZE)).to.equal(true)
    expect(window.isNew(5000 - SIZE - 1)).to.equal(false)
  })

  it('takes nothing of before its first number: that was sealed before this instance heard of it', () => {
    const window = new ReplayWindow(10)
    expect([9, 10, 11].map((number) => window.isNew(number))).to.deep.equal([false, false, true])
  })

  it('is not changed by being asked', () => {
    const window = new ReplayWindow(1)
    expect([7, 7, 3].map((number) => window.isNew(number))).to.deep.equal([true, true, true])
  })
})
