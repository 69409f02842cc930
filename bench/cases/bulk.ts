import type { Fleet } from '../fleet.js'
import { contest } from '../rounds.js'
import type { Row } from '../table.js'

const SIZES = [100, 1000, 10_000]

/** feathers-sync 3 sends all items with each of them: for 10,000 that would be some 70 GB. */
const MOST_OF_3 = 1000

/** How long one `create` of an array takes, until all receivers have all events. */
export async function bulk(broker: string, fleets: readonly Fleet[], rounds: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const count of SIZES) {
    const entrants = fleets.filter(({ contestant }) => contestant !== '3' || count <= MOST_OF_3)
    const isSlow = count === MOST_OF_3
    const measure = async (fleet: Fleet) => 1000 * (await fleet.run({ count, size: 200, bulk: true })).seconds
    const quick = isSlow ? entrants.filter(({ contestant }) => contestant !== '3') : entrants
    await contest({ entrants: quick, rounds: 3, measure })
    const figures = new Map(await contest({ entrants: quick, rounds, measure }))
    const slow = entrants.filter((fleet) => !quick.includes(fleet))
    for (const [name, figure] of await contest({ entrants: slow, rounds: 1, measure }))
      figures.set(name, figure)
    const work = `bulk \`create()\` of ${count.toLocaleString('en')}`
    rows.push({ broker, work, unit: 'ms', figures, isRate: false })
  }
  return rows
}
