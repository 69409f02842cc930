import { setTimeout as delay } from 'node:timers/promises'
import type { CountingProxy } from '../counting-proxy.js'
import type { Fleet } from '../fleet.js'
import { contest } from '../rounds.js'
import type { Row } from '../table.js'

/** What one event of a call over a websocket costs: CPU of both sides under load, and bytes to the broker when alone. */
export async function cost(
  broker: string,
  fleets: readonly Fleet[],
  proxies: ReadonlyMap<Fleet, CountingProxy>,
  rounds: number
): Promise<Row[]> {
  const heavy = broker === 'nats' ? 500 : 5000
  const cpu = (side: 'senderCpu' | 'receiverCpu') => async (fleet: Fleet) => {
    const count = fleet.contestant === '3' ? heavy : 20_000
    return ((await fleet.run({ count, size: 200, websocket: true }))[side] / count) * 1e6
  }
  const bytes = async (fleet: Fleet) => {
    const proxy = proxies.get(fleet)
    const before = proxy?.bytes ?? 0
    const count = 100
    await fleet.run({ count, size: 200, websocket: true, rate: 200 })
    await delay(50)
    return ((proxy?.bytes ?? 0) - before) / count
  }
  await contest({ entrants: fleets, rounds: 1, measure: cpu('senderCpu') })
  const work = 'a 200 B `create()` over a websocket'
  const row = async (
    what: string,
    unit: string,
    measure: (fleet: Fleet) => Promise<number>
  ): Promise<Row> => ({
    broker,
    work: `${work}: ${what}`,
    unit,
    figures: await contest({ entrants: fleets, rounds: Math.min(3, rounds), measure }),
    isRate: false
  })
  return [
    await row('bytes to the broker', 'bytes', bytes),
    await row('CPU of the sender', 'µs', cpu('senderCpu')),
    await row('CPU of the receiver', 'µs', cpu('receiverCpu'))
  ]
}
