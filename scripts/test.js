// Runs all specs in three processes at once: what computes, what waits for brokers and processes, and what takes its time in the
// field. Without that they take twice as long. The report of the first is shown as it comes, the others follow.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const ADAPTERS = 'spec/{faults,adapters/{amqp,nats,redis}}/*.spec.ts'
const FIELD = 'spec/field/*.spec.ts'

function mocha(args, output) {
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
    stdio: ['ignore', output, 'inherit']
  })
  return { child, code: new Promise((resolve) => child.once('close', resolve)) }
}

const first = mocha(['spec/**/*.spec.ts', '--ignore', ADAPTERS, '--ignore', FIELD], 'inherit')
const others = [ADAPTERS, FIELD].map((specs) => mocha([specs], 'pipe'))
const reports = others.map(({ child }) => text(child.stdout))
const codes = [await first.code]
for (const [index, { code }] of others.entries()) {
  codes.push(await code)
  process.stdout.write(await reports[index])
}
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
