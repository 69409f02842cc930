import { setTimeout as delay } from 'node:timers/promises'

/** How long the first answer to a join may take, and then each further one in a small fleet, in ms. */
const FIRST_ANSWER = 1000
const ANSWERS = 150

/** How long a heartbeat of each instance takes in a large fleet, for each, in ms. */
const SPREAD = 20

const STEP = 10

/** Resolves when all that are there have answered a join, as far as can be known: `count` has not grown for a while. */
export async function answered(count: () => number, signal: AbortSignal): Promise<void> {
  let known = 0
  for (let wait = FIRST_ANSWER; !signal.aborted; wait = Math.max(ANSWERS, 1.5 * SPREAD * known)) {
    const until = performance.now() + wait
    while (count() === known && performance.now() < until && !signal.aborted) await delay(STEP)
    if (count() === known) return
    known = count()
  }
}
