import type { Clock } from '../clock.js'

/**
 * How long to wait before asking, so that of a whole group that misses the same frame few ask before the others hear
 * it: a truncated exponential distribution, as RFC 5740 (NORM), section 5.3 and its `RandomBackoff`, has it.
 *
 * @param group how many may ask
 * @param unit what the broker takes to reach all of them, in ms, at a guess
 */
export function randomDelay(clock: Clock, group: number, unit: number): number {
  const lambda = Math.log(Math.max(2, group)) + 1
  const longest = unit * lambda
  const scale = Math.exp(lambda) - 1
  return (longest / lambda) * Math.log(clock.random() * scale + 1)
}
