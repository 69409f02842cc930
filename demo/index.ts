/** Three instances of one application, two clients on each: every client sees the events of all three. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { redact } from '../lib/adapters/redact.js'
import { Instance, stopAll } from './fleet.js'
import { type Options, readOptions, USAGE } from './options.js'
import { lastLine, line, paint, table } from './screen.js'
import { Stage } from './stage.js'

/** How long to wait for a second copy when everything has come, in ms. */
const QUIET = 300

async function run({ uri, kill }: Options): Promise<number> {
  const stage = new Stage((instance, how) => exit(1, `Instance ${instance} ended unexpectedly (${how}).`))
  const place = { uri, key: `feathers-sync-demo-${randomUUID()}` }
  const start = (name: string) => Instance.start(name, place, stage)
  line(
    `\nThree instances of one application, two websocket clients on each, over ${paint('bold', redact(uri))}\n`
  )
  const instances = [await start('A'), ...(await Promise.all(['B', 'C'].map(start)))]
  for (const { name, process, clientNames } of instances)
    line(`  Instance ${paint('bold', name)}   process ${process.pid}   clients ${clientNames.join(' ')}`)

  line('\nWhich client gets what, and how many ms after the call:\n')
  await stage.play(instances)

  const left = instances.filter(({ name }) => name !== kill)
  if (kill) {
    line(`\nNow instance ${paint('bold', kill)} is killed; the others go on:\n`)
    for (const instance of instances) if (instance.name === kill) await instance.kill()
    const ms = await stage.backInSync(left)
    line(`  In sync after ${ms.toFixed(0)} ms\n`)
    await stage.play(left)
  }

  await delay(QUIET)
  const complaints = report(stage, instances)
  await stopAll()
  return complaints === 0 ? 0 : 1
}

function report({ ledger }: Stage, instances: Instance[]): number {
  const rows = instances.flatMap(({ clientNames }) =>
    clientNames.map((client) => {
      const { expected, received, times } = ledger.summary(client)
      const [fastest, median, slowest] = [0, Math.floor(times.length / 2), times.length - 1].map(
        (index) => times[index]?.toFixed(1) ?? '–'
      ) as [string, string, string]
      return [client, String(expected), String(received), fastest, median, slowest]
    })
  )
  line()
  table([['client', 'expected', 'received', 'fastest ms', 'median ms', 'slowest ms'], ...rows])
  line()
  const complaints = ledger.complaints()
  for (const complaint of complaints) line(paint('red', `  ✗ ${complaint}`))
  if (complaints.length === 0)
    line(paint('green', '✓ Every client got every event that was meant for it, once.'))
  return complaints.length
}

let exiting = false

/** Ends the demo, and every process that it has started. */
async function exit(code: number, text?: string): Promise<void> {
  if (exiting) return
  exiting = true
  if (text) lastLine(paint(code === 0 ? 'reset' : 'red', text))
  await stopAll()
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => exit(130, 'Stopped.'))

let options: Options | undefined
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  await exit(2, `${(error as Error).message}\n\n${USAGE}`)
}
if (options?.help) {
  line(USAGE)
} else if (options) {
  try {
    await exit(await run(options))
  } catch (error) {
    await exit(1, `The demo failed: ${(error as Error).message}`)
  }
}
