// Runs the specs but for those of the types, the package, the examples, the command line, the demo in the browser and the versions of
// brokers, which have commands of their own: see CONTRIBUTING.md. In several processes, four at once, as most of them wait for brokers, timers and
// other processes; what takes longest comes first. The specs of a group share what is made once in a process: the packed package, and
// a RabbitMQ, which costs 6 s of CPU. A group's report follows when it has ended.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const AT_ONCE = 4

const GROUPS = [
  ['spec/{faults,adapters/amqp}/*.spec.ts'],
  ['spec/{docs,wire}/*.spec.ts'],
  ['spec/field/[f-z]*.spec.ts'],
  ['spec/adapters/{ipc,nats,redis}/*.spec.ts'],
  ['spec/field/[a-e]*.spec.ts'],
  ['spec/simulation/*.spec.ts']
]
const OTHERS = [
  'spec/**/*.spec.ts',
  '--ignore',
  'spec/{brokers,browser,cli,examples,package,types}/**',
  ...GROUPS.flat().flatMap((files) => ['--ignore', files])
]

const queue = [GROUPS[0], OTHERS, ...GROUPS.slice(1)]
const total = { passed: 0, failed: 0, skipped: 0 }

async function mocha(args) {
  const start = performance.now()
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const report = await text(child.stdout)
  const seconds = Math.round((performance.now() - start) / 1000)
  process.stdout.write(`\n${args[0]}, ${seconds} s\n${report}`)
  if ((await ended) !== 0) process.exitCode = 1
  const summary = report.match(/^Mocha: .*$/m)?.[0] ?? ''
  for (const [, count, what] of summary.matchAll(/(\d+) (\w+)/g)) total[what] += Number(count)
}

async function work() {
  for (let next = queue.shift(); next; next = queue.shift()) await mocha(next)
}

await Promise.all(Array.from({ length: AT_ONCE }, work))
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`\nMocha: ${total.passed} passed, ${total.failed} failed${skipped}`)
