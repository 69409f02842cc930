// Two instances as processes, each with a cache: what one changes leaves the cache of the other.
//
// Run: node examples/cache-invalidation/main.mjs (in this repository after npm run build)

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const database = join(tmpdir(), `products-${process.pid}.json`)
await writeFile(database, JSON.stringify({ 1: { id: '1', price: 10 } }))

async function startInstance(name) {
  const child = fork(fileURLToPath(new URL('instance.mjs', import.meta.url)), {
    env: { SYNC_KEY: `cache-${process.pid}`, ...process.env, NAME: name, DATABASE: database },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc']
  })
  const lines = createInterface(child.stdout)
  const [{ port }] = await once(child, 'message')
  const url = `http://localhost:${port}/products/1`
  return {
    child,
    nextLine: async () => (await once(lines, 'line'))[0],
    get: async () => (await fetch(url)).json(),
    patch: (price) =>
      fetch(url, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ price })
      })
  }
}

const one = await startInstance('one')
const two = await startInstance('two')

/** Does something, and prints the line that each of `instances` has about it. */
async function step(action, ...instances) {
  const lines = instances.map(({ nextLine }) => nextLine())
  await action()
  for (const line of lines) console.log(await line)
}

await step(one.get, one)
await step(one.get, one)
await step(two.get, two)
await step(() => two.patch(12), two, one)
await step(one.get, one)
await step(two.get, two)

// The first one is the hub of `ipc:`, and ends last: another one would say that it has gone.
for (const { child } of [two, one]) {
  child.kill()
  await once(child, 'exit')
}
await rm(database)
