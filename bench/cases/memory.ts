import { Fleet } from '../fleet.js'
import { contest } from '../rounds.js'
import type { Contestant } from '../sides/side.js'
import type { Row } from '../table.js'

/** How much memory `create()` in a loop takes at its peak, besides what there was before, in MB. */
export async function memory(
  broker: string,
  uri: string,
  contestants: readonly Contestant[]
): Promise<Row[]> {
  const receivers = new Map<Contestant, number>()
  const entrants = contestants.map((contestant) => ({ contestant }))
  const count = broker === 'nats' ? 1000 : 20_000
  const figures = await contest({
    entrants,
    rounds: 1,
    async measure({ contestant }) {
      const fleet = await Fleet.start({ contestant, uri, receivers: 1 })
      try {
        const before = await fleet.usage()
        await fleet.run({ count, size: 200 })
        const [sender = 0, receiver = 0] = (await fleet.usage()).map(
          ({ peakRss }, index) => (peakRss - (before[index]?.rss ?? 0)) / 1e6
        )
        receivers.set(contestant, receiver)
        return sender
      } finally {
        await fleet.stop()
      }
    }
  })
  const work = `peak memory of ${count.toLocaleString('en')} \`create()\``
  return [
    { broker, work: `${work}: sender`, unit: 'MB', figures, isRate: false },
    { broker, work: `${work}: receiver`, unit: 'MB', figures: receivers, isRate: false }
  ]
}
