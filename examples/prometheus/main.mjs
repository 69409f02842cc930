// Two instances as processes. Messages are created at both, then both are scraped as Prometheus does it: what one has sent, the other
// has received.
//
// Run: node examples/prometheus/main.mjs (in this repository after npm run build)

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

async function startInstance(name) {
  const child = fork(fileURLToPath(new URL('instance.mjs', import.meta.url)), {
    env: { SYNC_KEY: `prometheus-${process.pid}`, ...process.env, PORT: '0' }
  })
  const [{ port }] = await once(child, 'message')
  return { name, child, url: `http://localhost:${port}` }
}

/** The values by name and labels, as they are written. */
async function scrape({ url }) {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => line.split(/ (?=\S+$)/)))
}

const create = ({ url }, text) =>
  fetch(`${url}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text })
  })

const instances = [await startInstance('one'), await startInstance('two')]
const [one, two] = instances
for (let count = 0; count < 30; count += 1) await create(one, 'from one')
for (let count = 0; count < 12; count += 1) await create(two, 'from two')

/** Events are on their way for some ms. */
async function scrapeAll() {
  for (;;) {
    const all = await Promise.all(instances.map(scrape))
    const total = (name) => all.reduce((sum, values) => sum + Number(values[name]), 0)
    if (total('feathers_sync_events_received_total') === 42) return all
    await delay(20)
  }
}

for (const [index, values] of (await scrapeAll()).entries()) {
  console.log(`${instances[index].name}:`)
  for (const name of ['up', 'peers', 'events_sent_total', 'events_received_total', 'events_missed_total']) {
    console.log(`  feathers_sync_${name} ${values[`feathers_sync_${name}`]}`)
  }
}

// The first one is the hub of `ipc:`, and ends last: another one would say that it has gone.
for (const { child } of instances.toReversed()) {
  child.kill()
  await once(child, 'exit')
}
