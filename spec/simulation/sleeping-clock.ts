import type { Cancel, Clock } from '../../lib/delivery/clock.js'
import type { SimClock } from './sim-clock.js'

/** The clock of a process that can sleep: then it stands still, while those of others go on. */
export class SleepingClock implements Clock {
  isAsleep = false
  readonly #clock: SimClock
  #slept = 0
  #sleepsSince = 0
  #waiting: (() => void)[] = []

  constructor(clock: SimClock) {
    this.#clock = clock
  }

  now(): number {
    return (this.isAsleep ? this.#sleepsSince : this.#clock.now()) - this.#slept
  }

  after(ms: number, callback: () => void): Cancel {
    const dueAt = this.now() + ms
    let isCanceled = false
    const check = () => {
      const rest = dueAt - this.now()
      if (isCanceled) return
      if (this.isAsleep) this.#waiting.push(check)
      else if (rest > 1e-6) this.#clock.after(rest, check)
      else callback()
    }
    this.#clock.after(ms, check)
    return () => {
      isCanceled = true
    }
  }

  turn(callback: () => void): void {
    this.after(0, callback)
  }

  random(): number {
    return this.#clock.random()
  }

  sleep(): void {
    this.isAsleep = true
    this.#sleepsSince = this.#clock.now()
  }

  wake(): void {
    this.isAsleep = false
    this.#slept += this.#clock.now() - this.#sleepsSince
    const waiting = this.#waiting
    this.#waiting = []
    for (const check of waiting) check()
  }
}
