import { parseArgs } from 'node:util'
import { runSchedule } from './schedule.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    sealed: { type: 'boolean', default: false }
  }
})
const first = Number(values.seed ?? values.from)
const runs = values.seed ? 1 : Number(values.runs)
const sum = { events: 0, gaps: 0, duplicates: 0, reconnects: 0, replayed: 0, outdated: 0 }
let failures = 0
const startedAt = performance.now()
for (let seed = first; seed < first + runs; seed += 1) {
  try {
    const outcome = await runSchedule(seed, { isSealed: values.sealed })
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome[name]
  } catch (error) {
    failures += 1
    console.error((error as Error).message)
    if (values.seed) console.error((error as Error).cause)
    process.exitCode = 1
  }
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
console.log(`${runs} schedules, ${failures} violations, in ${seconds} s:`, sum)
