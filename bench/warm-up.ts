import type { Fleet } from './fleet.js'

/** In events of the whole fleet. */
const BURST = 1000
/** After so many ms it is warm enough: some take seconds for a burst. */
const WARM_UP = 30_000

/** Both ways of events: many in one turn, and one alone. */
export async function warmUp(fleet: Fleet, events: number, websocket = false): Promise<void> {
  const endsAt = performance.now() + WARM_UP
  const count = Math.ceil(BURST / fleet.all.length)
  let made = 0
  for (let burst = 0; made < events && performance.now() < endsAt; burst += 1) {
    await fleet.together({ count, size: 200, websocket, ...(burst % 2 === 1 && { wave: 1 }) })
    made += count * fleet.all.length
  }
  if (made < events) console.error(`  ${fleet.contestant}: only ${made} events to warm up`)
}
