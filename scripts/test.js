// Runs all specs in two processes at once: what waits for brokers and processes, and what computes. Without that they take
// twice as long. The second one's report follows that of the first.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const SLOW = 'spec/{faults,adapters/{amqp,nats,redis}}/*.spec.ts'

function mocha(args, output) {
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
    stdio: ['ignore', output, 'inherit']
  })
  return { child, code: new Promise((resolve) => child.once('close', resolve)) }
}

const first = mocha(['spec/**/*.spec.ts', '--ignore', SLOW], 'inherit')
const second = mocha([SLOW], 'pipe')
const report = text(second.child.stdout)
const codes = [await first.code, await second.code]
process.stdout.write(await report)
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
