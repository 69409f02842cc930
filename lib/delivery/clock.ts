/** Ends what `after` started; does nothing when it has happened. */
export type Cancel = () => void

/** All that delivery takes from the outside world, so that it can be simulated. */
export interface Clock {
  /** Milliseconds since any moment; never goes back. */
  now(): number
  /** Calls back once, in `ms` milliseconds. Doesn't hold the process. */
  after(ms: number, callback: () => void): Cancel
  /** Calls back once, at the end of this turn of the event loop. */
  turn(callback: () => void): void
  /** From 0 to less than 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
  turn: (callback) => void setImmediate(callback),
  random: Math.random
}
