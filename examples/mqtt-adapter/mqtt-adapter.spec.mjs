// The adapter passes the conformance suite, against a broker that the tests kill and start again.
//
// Run: npx mocha examples/mqtt-adapter/mqtt-adapter.spec.mjs (needs mocha and chai)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createContainer, SyncAdapter } from 'feathers-sync'
import { describeSyncAdapter } from 'feathers-sync/conformance'
import { MqttAdapter } from './mqtt-adapter.mjs'

const container = createContainer()
container.bind(SyncAdapter).to(MqttAdapter).whenNamed('mqtt')

let broker
let port = '0'

async function start() {
  broker = spawn(process.execPath, [fileURLToPath(new URL('broker.mjs', import.meta.url)), port])
  const [line] = await once(broker.stdout, 'data')
  port = /:(\d+)\s*$/.exec(line)[1]
}

async function kill() {
  broker.kill('SIGKILL')
  await once(broker, 'exit')
}

describe('MqttAdapter', () => {
  before(start)
  after(kill)

  describeSyncAdapter('mqtt', {
    options: () => ({ uri: `mqtt://127.0.0.1:${port}`, container }),
    broker: { kill, start }
  })
})
