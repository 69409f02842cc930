import { Sliding } from '../sliding.js'

/** For how long the fastest frame counts at least, in ms: clocks drift apart. */
const TRANSIT_SPAN = 150_000

/** What the frames of an instance tell of its time: each has the age that it had then. */
export class Timing {
  readonly knownAt: number
  heardAt: number
  /** How long its latest frame took, plus the difference of the clocks. */
  #transit = 0
  readonly #fastest = new Sliding(Math.min, TRANSIT_SPAN)

  constructor(now: number) {
    this.knownAt = this.heardAt = now
  }

  /**
   * The frame that was heard just now, and is not a retransmission, was sent at that age.
   *
   * @returns how much longer it took than the fastest one of the last minutes, in ms
   */
  take(age: number): number {
    this.#transit = this.heardAt - age
    this.#fastest.add(this.heardAt, this.#transit)
    return this.#transit - this.bornAt
  }

  /** When it was of age 0, in our time; infinity until a frame was taken. */
  get bornAt(): number {
    return this.#fastest.value
  }

  /** How long ago that was, or at least is, in whole ms. */
  age(now: number): number {
    return Math.max(0, Math.round(now - Math.min(this.bornAt, this.knownAt)))
  }

  /** How much longer its latest frame took than its fastest one of the last minutes, in whole ms. */
  get delay(): number {
    return Math.max(0, Math.round(this.#transit - this.bornAt))
  }
}
