// Two instances, and what a readiness probe is answered while their broker comes, goes and comes back.
//
// Run: node examples/health/main.mjs (in this repository after npm run build)

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startRelay } from '../relay.mjs'

// A port that is free now, where the broker will be.
let broker = await startRelay()
const { port } = broker
await broker.stop()

async function startInstance(name) {
  const child = fork(fileURLToPath(new URL('instance.mjs', import.meta.url)), {
    env: { ...process.env, NAME: name, SYNC_URI: `relay://127.0.0.1:${port}` }
  })
  const [message] = await once(child, 'message')
  return { name, child, url: `http://127.0.0.1:${message.port}` }
}

const get = (url) => fetch(url, { headers: { connection: 'close' } })

/** Asks until the answer is as expected, and shows it. */
async function probe({ name, url }, isExpected) {
  for (;;) {
    const response = await get(`${url}/ready`)
    const health = await response.json()
    if (!isExpected(health)) {
      await delay(100)
      continue
    }
    const { status, waiting, reason } = health
    // Without the time, and the broker's address at the end.
    const words = reason?.replace(/,? for \d+ s/, '').replace(/ \(.*/, '')
    return console.log(
      `  ${name}: ${response.status} ${status}, ${waiting} waiting${words ? `: ${words}` : ''}`
    )
  }
}

const instances = [await startInstance('one'), await startInstance('two')]
const [one] = instances

console.log('before the broker is there:')
for (const instance of instances)
  await probe(instance, ({ status, reason }) => status === 'connecting' && /\(/.test(reason))

broker = await startRelay(port)
console.log('when it is:')
for (const instance of instances)
  await probe(instance, ({ status, peers }) => status === 'ready' && peers === 1)
const [peer] = await (await get(`${one.url}/fleet`)).json()
console.log(`  one sees ${peer.name}${peer.pid === instances[1].child.pid ? ', and knows its process' : ''}`)

await broker.stop()
console.log('in an outage:')
for (const instance of instances) await probe(instance, ({ status }) => status === 'reconnecting')
console.log('after a message at one:')
await fetch(`${one.url}/messages`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', connection: 'close' },
  body: JSON.stringify({ text: 'Hello' })
})
await probe(one, ({ waiting }) => waiting === 1)

broker = await startRelay(port)
console.log('after it:')
for (const instance of instances)
  await probe(instance, ({ status, waiting }) => status === 'ready' && waiting === 0)

for (const { child } of instances) child.kill()
await Promise.all(instances.map(({ child }) => once(child, 'exit')))
await broker.stop()
