import type { Fleet } from '../fleet.js'
import { contest, quantile } from '../rounds.js'
import type { Contestant } from '../sides/side.js'
import type { Row } from '../table.js'

/** Events one by one, so many a second, for a second. */
const RATE = 200

/** So many, each when the one before has been delivered here. */
const ONE_BY_ONE = 1000

/** From when the service has the record until the listeners have the event, in µs. */
export async function latency(broker: string, fleets: readonly Fleet[], rounds: number): Promise<Row[]> {
  const all = new Map<Contestant, { local: number[]; remote: number[] }>()
  const measure = async (fleet: Fleet) => {
    const { local, remote } = all.get(fleet.contestant) ?? { local: [], remote: [] }
    if (fleet.contestant !== 'raw') {
      await fleet.run({ count: ONE_BY_ONE, size: 200, oneByOne: true })
      local.push(...(await fleet.sender.call('latencies')).local)
    }
    await fleet.run({ count: RATE, size: 200, rate: RATE })
    for (const receiver of fleet.receivers) remote.push(...(await receiver.call('latencies')).remote)
    all.set(fleet.contestant, { local, remote })
    return quantile(remote, 0.5)
  }
  await contest({ entrants: fleets, rounds: 1, measure })
  all.clear()
  await contest({ entrants: fleets, rounds: Math.min(3, rounds), measure })
  const row = (work: string, where: 'local' | 'remote', part: number): Row => {
    const figures = new Map<Contestant, number>()
    for (const [name, latencies] of all) {
      if (latencies[where].length > 0) figures.set(name, quantile(latencies[where], part) / 1000)
    }
    return { broker, work, unit: 'µs', figures, isRate: false }
  }
  return [
    row('local delivery, one by one, p50', 'local', 0.5),
    row(`remote delivery at ${RATE} events/s, p50`, 'remote', 0.5),
    row(`remote delivery at ${RATE} events/s, p99`, 'remote', 0.99)
  ]
}
