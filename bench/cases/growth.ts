import type { Broker } from '../brokers.js'
import { Fleet } from '../fleet.js'
import { SETTLE } from '../load.js'
import type { Options, PacedOptions } from '../options.js'
import { mean } from '../rounds.js'
import { Samples } from '../samples.js'
import type { Contestant } from '../sides/side.js'
import type { Row } from '../table.js'
import { warmUp } from '../warm-up.js'

/** How long fleets are watched at rest, in ms: three heartbeats of each instance. */
const REST = 15_000
/** After so many overloaded rounds in a row a rate is given up. */
const GIVE_UP = 2

/** What an instance and the broker cost at rest and under load, for fleets of several sizes; one fleet at a time. */
export async function growth(
  broker: Broker,
  uri: string,
  contestants: readonly Contestant[],
  { growth: options, rounds }: Options
): Promise<Row[]> {
  const rows: Row[] = []
  for (const processes of options.processes) {
    const samples = new Samples()
    for (const contestant of contestants) {
      await samples.attempt(contestant, async () => {
        const fleet = await Fleet.start({ contestant, uri, receivers: processes - 1 })
        try {
          await measure(samples, broker, fleet, { ...options, rounds })
        } finally {
          await fleet.stop()
        }
      })
      console.error(`  ${processes} processes of ${contestant}`)
    }
    for (const row of samples.rows(broker.name, contestants))
      rows.push({ ...row, work: `${processes} processes, ${row.work}` })
  }
  return rows
}

async function measure(
  samples: Samples,
  broker: Broker,
  fleet: Fleet,
  { rates, rounds, seconds, warmUp: events }: PacedOptions & { rounds: number }
): Promise<void> {
  const { contestant } = fleet
  await warmUp(fleet, events)
  const rest = await effortOf(broker, fleet, 0, REST)
  const idle = rest.cpu / (REST + SETTLE)
  samples.add(contestant, 'at rest: CPU of an instance', 'ms/s', idle)
  samples.add(contestant, 'at rest: CPU of the broker', 'ms/s', rest.brokerCpu / ((REST + SETTLE) / 1000))
  addTraffic(samples, contestant, 'at rest', rest, REST + SETTLE)
  samples.add(contestant, 'memory of an instance', 'MB', await fleet.memory())
  for (const rate of rates) {
    const at = `${rate} events/s`
    const lasts = seconds * 1000
    let overloads = 0
    for (let round = 0; round < rounds && overloads < GIVE_UP; round += 1) {
      const effort = await effortOf(broker, fleet, rate, lasts)
      const cpu = (effort.cpu - idle * SETTLE) / lasts
      samples.add(contestant, `${at}: CPU of an instance`, 'ms/s', effort.isOverload ? Number.NaN : cpu)
      samples.add(
        contestant,
        `${at}: CPU of the broker`,
        'ms/s',
        effort.isOverload ? Number.NaN : effort.brokerCpu / seconds
      )
      addTraffic(samples, contestant, at, effort, lasts)
      overloads = effort.isOverload ? overloads + 1 : 0
      if (effort.isOverload) await fleet.calm()
    }
  }
}

interface FleetEffort {
  /** Of an instance, in µs. */
  cpu: number
  /** In ms. */
  brokerCpu: number
  /** For an instance. */
  messages: number
  bytes: number
  /** Not all has come in time. */
  isOverload: boolean
}

async function effortOf(broker: Broker, fleet: Fleet, rate: number, lasts: number): Promise<FleetEffort> {
  const before = broker.cpu()
  const efforts = await fleet.underLoad({ rate, lasts })
  const brokerCpu = broker.cpu() - before
  const sent = efforts.reduce((sum, effort) => sum + effort.sent, 0)
  return {
    cpu: mean(efforts.map(({ cpu }) => cpu)),
    brokerCpu,
    messages: mean(efforts.map(({ traffic }) => traffic.messages)),
    bytes: mean(efforts.map(({ traffic }) => traffic.bytes)),
    isOverload: efforts.some(({ received }) => received < sent)
  }
}

function addTraffic(
  samples: Samples,
  contestant: Contestant,
  at: string,
  { messages, bytes, isOverload }: FleetEffort,
  lasts: number
): void {
  const second = isOverload ? Number.NaN : lasts / 1000
  samples.add(contestant, `${at}: messages to an instance`, '/s', messages / second)
  samples.add(contestant, `${at}: bytes to an instance`, 'kB/s', bytes / 1000 / second)
}
