import type { Fleet } from '../fleet.js'
import { contest } from '../rounds.js'
import type { Row } from '../table.js'

/** How long one round lasts, in s. */
const ROUND = 0.7
const MOST = 200_000

/** Rounds that don't count: it takes some hundred thousand events until V8 has optimised all that a server runs for days. */
const WARM_UP = 12

/** Events of `create()` a second: until all receivers have all. */
export async function throughput(broker: string, fleets: readonly Fleet[], rounds: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const [size, name] of [
    [200, '200 B'],
    [10_000, '10 KB']
  ] as const) {
    const counts = new Map<Fleet, number>()
    const measure = async (fleet: Fleet) => {
      const count = counts.get(fleet) ?? 500
      const { seconds } = await fleet.run({ count, size })
      counts.set(fleet, Math.min(MOST, Math.max(500, Math.round((count / seconds) * ROUND))))
      return count / seconds
    }
    await contest({ entrants: fleets, rounds: WARM_UP, measure })
    const figures = await contest({ entrants: fleets, rounds, measure })
    const receivers = fleets[0]?.receivers.length
    const work = `\`create()\`, ${name}, ${receivers} receiver${receivers === 1 ? '' : 's'}`
    rows.push({ broker, work, unit: 'events/s', figures, isRate: true })
  }
  return rows
}
