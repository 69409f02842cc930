// Runs the specs in two processes at once: what computes, and what waits for brokers and processes. Without that they take twice as
// long. The report of the second follows that of the first. Some specs of the field depend on how busy the machine is: they are run
// by `npm run test:field`, on their own.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

const BROKERS = 'spec/{faults,adapters/{amqp,nats,redis}}/*.spec.ts'
const FIELD = 'spec/field/*.spec.ts'
const FIELD_STEADY = 'spec/field/{bulk,closing,half-split,limits-*,sessions,silent-server}.spec.ts'

function mocha(args, output) {
  const child = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', ...args], {
    stdio: ['ignore', output, 'inherit']
  })
  return { child, code: new Promise((resolve) => child.once('close', resolve)) }
}

const first = mocha(['spec/**/*.spec.ts', '--ignore', BROKERS, '--ignore', FIELD], 'inherit')
const second = mocha([BROKERS, FIELD_STEADY], 'pipe')
const report = text(second.child.stdout)
const codes = [await first.code, await second.code]
process.stdout.write(await report)
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
