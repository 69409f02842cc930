import { cpus } from 'node:os'
import { type Broker, startBroker } from './brokers.js'
import { bulk } from './cases/bulk.js'
import { cost } from './cases/cost.js'
import { everyday, minutesOf } from './cases/everyday.js'
import { growth } from './cases/growth.js'
import { latency } from './cases/latency.js'
import { memory } from './cases/memory.js'
import { serializers } from './cases/serializers.js'
import { simulated } from './cases/simulated.js'
import { throughput } from './cases/throughput.js'
import { unheard } from './cases/unheard.js'
import { CountingProxy } from './counting-proxy.js'
import { Fleet } from './fleet.js'
import { type CaseName, type Options, readOptions, USAGE } from './options.js'
import type { Contestant } from './sides/side.js'
import { type Row, tableOf } from './table.js'

/** What is measured over a broker. */
const RIVALS: readonly Contestant[] = ['4', '3', 'raw']
const WITHOUT_BROKER: readonly CaseName[] = ['serializers', 'simulated']

async function main(options: Options): Promise<void> {
  const { brokers, cases } = options
  console.log(
    `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${process.platform}\n`
  )
  const startedAt = performance.now()
  const rows: Row[] = []
  if (cases.includes('everyday'))
    progress(`The case everyday takes about ${minutesOf(options)} minutes for each broker.`)
  if (cases.some((name) => !WITHOUT_BROKER.includes(name))) {
    for (const name of brokers) {
      progress(`${name}:`)
      const broker = await startBroker(name)
      try {
        rows.push(...(await overBroker(broker, options)))
      } finally {
        await broker.stop()
      }
    }
    console.log(
      `Ratios say how many times better feathers-sync 4 is: above 1 it is better.\n\n${tableOf(rows)}`
    )
  }
  if (cases.includes('throughput')) await ceiling(options)
  if (cases.includes('serializers')) console.log(`\n${await serializers(options.rounds)}`)
  if (cases.includes('simulated')) console.log(`\n${await simulated(options.instances)}`)
  console.log(`\nIt took ${Math.round((performance.now() - startedAt) / 1000)} s.`)
}

async function overBroker(broker: Broker, options: Options): Promise<Row[]> {
  const { cases, rounds } = options
  const { name } = broker
  const uri = await broker.freshUri()
  const rows: Row[] = []
  const has = (...names: Options['cases']) => names.some((one) => cases.includes(one))
  if (has('throughput', 'bulk', 'latency')) {
    await withFleets(uri, 1, async (fleets) => {
      if (has('throughput')) rows.push(...(await told(throughput(name, fleets, rounds))))
      if (has('bulk')) rows.push(...(await told(bulk(name, fleets, rounds))))
      if (has('latency')) rows.push(...(await told(latency(name, fleets, rounds))))
    })
  }
  if (has('throughput')) {
    await withFleets(uri, 3, async (fleets) => {
      rows.push(...(await told(throughput(name, fleets, rounds))))
    })
  }
  if (has('cost')) {
    const proxies = new Map<Fleet, CountingProxy>()
    await withFleets(
      uri,
      1,
      async (fleets) => {
        rows.push(...(await told(cost(name, fleets, proxies, rounds))))
      },
      proxies
    )
  }
  if (has('memory')) rows.push(...(await told(memory(name, uri, RIVALS, rounds))))
  if (has('everyday')) rows.push(...(await told(everyday(name, uri, RIVALS, options))))
  if (has('growth')) rows.push(...(await told(growth(broker, uri, RIVALS, options))))
  if (has('unheard')) rows.push(...(await told(unheard(name, uri, RIVALS, options))))
  return rows
}

/** Fleets of all rivals; where `proxies` is given, each sender connects through one of its own. */
async function withFleets(
  uri: string,
  receivers: number,
  use: (fleets: Fleet[]) => Promise<void>,
  proxies?: Map<Fleet, CountingProxy>
): Promise<void> {
  const fleets: Fleet[] = []
  try {
    for (const contestant of RIVALS) {
      const proxy = proxies && (await CountingProxy.start(uri))
      const fleet = await Fleet.start({ contestant, uri, receivers, ...(proxy && { senderUri: proxy.uri }) })
      fleets.push(fleet)
      if (proxy) proxies.set(fleet, proxy)
    }
    await use(fleets)
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.stop()))
    await Promise.all([...(proxies?.values() ?? [])].map((proxy) => proxy.stop()))
  }
}

/** What no sync can beat. */
async function ceiling({ rounds }: Options): Promise<void> {
  const fleet = await Fleet.start({ contestant: 'none', uri: '', receivers: 0 })
  try {
    for (const [size, count] of [
      [200, 100_000],
      [10_000, 20_000]
    ] as const) {
      const rates: number[] = []
      for (let round = 0; round <= rounds; round += 1) {
        const startedAt = performance.now()
        await fleet.sender.call('make', { count, size })
        rates.push((count / (performance.now() - startedAt)) * 1000)
      }
      const best = Math.round(rates.sort((one, other) => other - one)[Math.floor(rates.length / 2)] ?? 0)
      console.log(
        `\nCeiling, \`create()\` without a sync plus one JSON.stringify, ${size} B: ${best.toLocaleString('en')} events/s`
      )
    }
  } finally {
    await fleet.stop()
  }
}

async function told(rows: Promise<Row[]>): Promise<Row[]> {
  const done = await rows
  for (const { work } of done) progress(`  ${work}`)
  return done
}

/** Apart from the table, so that it can be redirected. */
function progress(text: string): void {
  console.error(text)
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(USAGE)
  else await main(options)
} catch (error) {
  console.error(`The benchmark failed: ${(error as Error).message}`)
  process.exitCode = 1
}
