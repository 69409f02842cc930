import { setTimeout as delay } from 'node:timers/promises'
import { Fleet } from '../fleet.js'
import { contest } from '../rounds.js'
import { type Contestant, SERVICES } from '../sides/side.js'
import type { Row } from '../table.js'

export async function memory(
  broker: string,
  uri: string,
  contestants: readonly Contestant[],
  rounds: number
): Promise<Row[]> {
  return [await idleMemory(broker, uri, contestants, rounds), ...(await peakMemory(broker, uri, contestants))]
}

/** The resident set of an application that is connected and does nothing, in MB. */
async function idleMemory(
  broker: string,
  uri: string,
  contestants: readonly Contestant[],
  rounds: number
): Promise<Row> {
  const figures = await contest({
    entrants: [...contestants, 'none' as const].map((contestant) => ({ contestant })),
    rounds,
    async measure({ contestant }) {
      const fleet = await Fleet.start({ contestant, uri, receivers: 0 })
      try {
        await delay(1000)
        const [usage] = await fleet.usage()
        return (usage?.rss ?? Number.NaN) / 1e6
      } finally {
        await fleet.stop()
      }
    }
  })
  const none = figures.get('none')
  const without = typeof none === 'number' ? `${none.toFixed(1)} MB` : none
  const work = `memory of an idle application with ${SERVICES} services (without a sync: ${without})`
  return { broker, work, unit: 'MB', figures, isRate: false }
}

/** How much memory `create()` in a loop takes at its peak, besides what there was before, in MB. */
async function peakMemory(broker: string, uri: string, contestants: readonly Contestant[]): Promise<Row[]> {
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
