import type { Keep } from './history.js'
import type { Progress } from './progress.js'
import type { Turn } from './turn.js'

/** While the broker takes what it gets, so many times the history's limits may wait for it. */
const OVERDRAFT = 4

/** What must not be pushed out of the history: the events of this turn, and those that the broker is about to take. */
export class Retention implements Keep {
  readonly #turn: Turn
  readonly #progress: Progress
  readonly #isFlowing: () => boolean

  /** @param isFlowing whether the broker takes what it gets */
  constructor(turn: Turn, progress: Progress, isFlowing: () => boolean) {
    this.#turn = turn
    this.#progress = progress
    this.#isFlowing = isFlowing
  }

  get from(): number {
    return this.#isFlowing() ? this.#progress.returned + 1 : this.#turn.first
  }

  get overdraft(): number {
    return this.#isFlowing() ? OVERDRAFT : 1
  }

  get always(): number {
    return this.#turn.first
  }
}
