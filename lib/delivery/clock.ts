import { SteadyTime } from './steady-time.js'

/** Cancels a timer; does nothing once it has fired. */
export type Cancel = () => void

/** Time, timers and randomness, injected so that delivery can be simulated. */
export interface Clock {
  /** Monotonic time in milliseconds, from an arbitrary start; it goes on while the machine is suspended. */
  now(): number
  /** Calls back once, in `ms` milliseconds. Doesn't keep the process alive. */
  after(ms: number, callback: () => void): Cancel
  /** Calls back once, after the current callback of the event loop and the promises that it has resolved. */
  turn(callback: () => void): void
  /** From 0 to less than 1. */
  random(): number
}

const time = new SteadyTime()

export const systemClock: Clock = {
  now: () => time.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  },
  // Drivers write at the end of the turn: what comes by `setImmediate` waits for the next one.
  turn: (callback) => process.nextTick(callback),
  random: Math.random
}
