import { type Broker, startBroker } from './brokers.js'
import { bulk } from './cases/bulk.js'
import { ceiling } from './cases/ceiling.js'
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
import { machine, save, startOfRun } from './results.js'
import type { Contestant } from './sides/side.js'
import { columnsOf, type Row, tableOf } from './table.js'

/** What is measured over a broker. */
const RIVALS: readonly Contestant[] = ['4', '3', 'raw']
const WITH_SECRET: readonly Contestant[] = ['4', 'sealed']
const WITHOUT_BROKER: readonly CaseName[] = ['serializers', 'simulated']

async function main(options: Options): Promise<void> {
  const { brokers, cases, rounds } = options
  console.log(`${machine}, Node ${process.versions.node}\n`)
  const run = startOfRun(options)
  const rows: Row<string>[] = []
  const keep = async (more: readonly Row<string>[]) => {
    rows.push(...more)
    if (options.save) await save(options.save, run, rows)
  }
  if (cases.includes('everyday'))
    progress(`The case everyday takes about ${minutesOf(options)} minutes for each broker.`)
  if (cases.some((name) => !WITHOUT_BROKER.includes(name))) {
    const compared: Row[] = []
    for (const name of brokers) {
      progress(`${name}:`)
      const broker = await startBroker(name)
      try {
        const own = await overBroker(broker, options)
        compared.push(...own)
        await keep(own)
      } finally {
        await broker.stop()
      }
    }
    console.log(
      `Ratios say how many times better feathers-sync 4 is: above 1 it is better.\n\n${tableOf(compared)}`
    )
  }
  const alone = async (results: Promise<Row<string>[]>) => {
    const done = await results
    console.log(`\n${columnsOf(done)}`)
    await keep(done)
  }
  if (cases.includes('throughput')) await alone(ceiling(rounds))
  if (cases.includes('serializers')) await alone(serializers(rounds))
  if (cases.includes('simulated')) await alone(simulated(options.instances))
  console.log(`\nIt took ${Math.round((Date.now() - Date.parse(run.date)) / 1000)} s.`)
}

async function overBroker(broker: Broker, options: Options): Promise<Row[]> {
  const { cases, rounds, secret } = options
  const rivals = secret ? WITH_SECRET : RIVALS
  const { name } = broker
  const uri = await broker.freshUri()
  const rows: Row[] = []
  const has = (...names: Options['cases']) => names.some((one) => cases.includes(one))
  if (has('throughput', 'bulk', 'latency')) {
    await withFleets(rivals, uri, 1, async (fleets) => {
      if (has('throughput')) rows.push(...(await told(throughput(name, fleets, rounds))))
      if (has('bulk')) rows.push(...(await told(bulk(name, fleets, rounds))))
      if (has('latency')) rows.push(...(await told(latency(name, fleets, rounds))))
    })
  }
  if (has('throughput')) {
    await withFleets(rivals, uri, 3, async (fleets) => {
      rows.push(...(await told(throughput(name, fleets, rounds))))
    })
  }
  if (has('cost')) {
    const proxies = new Map<Fleet, CountingProxy>()
    await withFleets(
      rivals,
      uri,
      1,
      async (fleets) => {
        rows.push(...(await told(cost(name, fleets, proxies, rounds))))
      },
      proxies
    )
  }
  if (has('memory')) rows.push(...(await told(memory(name, uri, rivals, rounds))))
  if (has('everyday')) rows.push(...(await told(everyday(name, uri, rivals, options))))
  if (has('growth')) rows.push(...(await told(growth(broker, uri, rivals, options))))
  if (has('unheard')) rows.push(...(await told(unheard(name, uri, rivals, options))))
  return rows
}

/** Fleets of all rivals; where `proxies` is given, each sender connects through one of its own. */
async function withFleets(
  rivals: readonly Contestant[],
  uri: string,
  receivers: number,
  use: (fleets: Fleet[]) => Promise<void>,
  proxies?: Map<Fleet, CountingProxy>
): Promise<void> {
  const fleets: Fleet[] = []
  try {
    for (const contestant of rivals) {
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
