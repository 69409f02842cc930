import { Fleet } from '../fleet.js'
import { median } from '../rounds.js'
import type { Row } from '../table.js'

/** What no sync can beat: `create()` without one, plus what each event needs at least. */
export async function ceiling(rounds: number): Promise<Row<string>[]> {
  const fleet = await Fleet.start({ contestant: 'none', uri: '', receivers: 0 })
  const rows: Row<string>[] = []
  try {
    for (const [size, name, count] of [
      [200, '200 B', 100_000],
      [10_000, '10 KB', 20_000]
    ] as const) {
      const rates: number[] = []
      for (let round = 0; round <= rounds; round += 1) {
        const startedAt = performance.now()
        await fleet.sender.call('make', { count, size })
        rates.push((count / (performance.now() - startedAt)) * 1000)
      }
      const figures = new Map([['without a sync', median(rates)]])
      const work = `ceiling: \`create()\` and one \`JSON.stringify\`, ${name}`
      rows.push({ broker: '', work, unit: 'events/s', figures, isRate: true })
    }
    return rows
  } finally {
    await fleet.stop()
  }
}
