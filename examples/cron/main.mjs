// Two instances with a websocket client each, and a script that cron would start, which tells both clients something.
//
// Run: node examples/cron/main.mjs (in this repository after npm run build)

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'

const env = { SYNC_KEY: `cron-${process.pid}`, ...process.env }
const file = (name) => fileURLToPath(new URL(name, import.meta.url))

async function startInstance() {
  const child = fork(file('instance.mjs'), { env })
  const [{ port }] = await once(child, 'message')
  const client = io(`http://localhost:${port}`)
  await once(client, 'connect')
  return { child, client }
}

const instances = [await startInstance(), await startInstance()]

for (const name of ['monday', 'tuesday']) {
  const told = instances.map(({ client }) => once(client, 'reports finished'))
  const script = spawn(process.execPath, [file('report.mjs'), name], { env, stdio: 'inherit' })
  const [code] = await once(script, 'exit')
  console.log(`the script has ended with code ${code}`)
  for (const [index, event] of told.entries()) {
    const [{ name, rows }] = await event
    console.log(`client ${index + 1} hears that the report of ${name} is finished: ${rows} rows`)
  }
}

for (const { child, client } of instances.reverse()) {
  client.close()
  child.kill()
  await once(child, 'exit')
}
