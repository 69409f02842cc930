// npm run soak -- [--minutes 30] [--uri-kind redis|amqp|nats|ipc] [--seed n] [--calm]
import { parseArgs } from 'node:util'
import { CHECKS, type Check } from './ledger.js'
import { KINDS } from './site.js'
import { type Outcome, soak } from './soak-broker.js'

/** Violations of one kind that are printed for a broker. */
const MAX_DETAILS = 10

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    'uri-kind': { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    calm: { type: 'boolean', default: false }
  }
})
const { seed, calm } = values
const minutes = Number(values.minutes)
const kinds = KINDS.filter((kind) => !values['uri-kind'] || kind === values['uri-kind'])
if (!(minutes > 0) || kinds.length === 0)
  throw new TypeError(`--minutes must be a positive number, --uri-kind one of ${KINDS.join(', ')}`)

const checks = Object.keys(CHECKS) as Check[]
const again = `--seed ${seed} --minutes ${minutes}${calm ? ' --calm' : ''}`
console.log(`soak of ${kinds.join(', ')}: ${minutes} min of faults in all, again with ${again}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const outcomes: Outcome[] = []
let broken = 0
for (const kind of kinds) {
  try {
    const outcome = await soak(kind, { ms: (minutes * 60_000) / kinds.length, seed, calm })
    outcomes.push(outcome)
    printDetails(outcome)
  } catch (error) {
    broken += 1
    console.log(`${kind}: the soak itself failed:`, error)
  }
}

console.table(Object.fromEntries(outcomes.map((outcome) => [outcome.kind, row(outcome)])))

const violated = outcomes.map(
  (outcome) => checks.filter((check) => violationsOf(outcome, check).length > 0).length
)
const failed = violated.reduce((sum, count) => sum + count, broken)
console.log(`${outcomes.length * checks.length + broken - failed} passed, ${failed} failed`)
// what a broken soak has left is not waited for
process.exit(failed > 0 ? 1 : 0)

function violationsOf({ violations }: Outcome, check: Check): string[] {
  return violations.filter((violation) => violation.check === check).map(({ text }) => text)
}

function printDetails(outcome: Outcome): void {
  const { kind, remarks } = outcome
  console.log(`${kind}: ${outcome.violations.length} violations, ${remarks.length} remarks`)
  for (const remark of remarks.slice(0, MAX_DETAILS)) console.log(`  remark: ${remark}`)
  for (const check of checks) {
    const texts = violationsOf(outcome, check)
    if (texts.length === 0) continue
    console.log(`  not so: ${CHECKS[check]} (${texts.length})`)
    for (const text of texts.slice(0, MAX_DETAILS)) console.log(`    ${text}`)
  }
}

function row({ faults, violations, remarks, seconds, maxRss, kind: _, ...counts }: Outcome) {
  return {
    seconds: Math.round(seconds),
    ...counts,
    'max MB': Math.round(maxRss / 1024 / 1024),
    faults: faults.map(([name, count]) => `${count} ${name}`).join(' '),
    remarks: remarks.length,
    violations: violations.length
  }
}
