// Two instances as processes. An order that is made at one of them is seen by both, and its mail is sent once.
//
// Run: node examples/run-once-jobs/main.mjs (in this repository after npm run build)

import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { fileURLToPath } from 'node:url'

async function startInstance(name) {
  const child = fork(fileURLToPath(new URL('instance.mjs', import.meta.url)), {
    env: { SYNC_KEY: `jobs-${process.pid}`, ...process.env, NAME: name }
  })
  const [{ port }] = await once(child, 'message')
  return { name, child, url: `http://localhost:${port}/orders` }
}

const instances = [await startInstance('one'), await startInstance('two')]

/** What an instance does because of an order: all lines up to the one that says that it has seen it. */
async function linesOf({ child }) {
  const lines = []
  for await (const [{ line, seen }] of on(child, 'message')) {
    lines.push(line)
    if (seen) return lines
  }
}

for (const { name, url } of instances) {
  console.log(`an order at ${name}:`)
  const all = instances.map(linesOf)
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.com' })
  })
  for (const lines of await Promise.all(all)) for (const line of lines) console.log(`  ${line}`)
}

// The first one is the hub of `ipc:`, and ends last: another one would say that it has gone.
for (const { child } of instances.toReversed()) {
  child.kill()
  await once(child, 'exit')
}
