// Two instances as processes, and a call over a websocket to the first one. Prints the spans of both.
//
// Run: node examples/tracing/main.mjs (in this repository after npm run build)

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'

const spans = []

async function startInstance(name) {
  const child = fork(fileURLToPath(new URL('instance.mjs', import.meta.url)), {
    env: { SYNC_KEY: `tracing-${process.pid}`, ...process.env }
  })
  const [{ port }] = await once(child, 'message')
  child.on('message', ({ span }) => spans.push({ ...span, instance: name }))
  return { child, port }
}

const instances = [await startInstance('one'), await startInstance('two')]
const socket = io(`http://localhost:${instances[0].port}`, { transports: ['websocket'] })
await socket.emitWithAck('create', 'messages', { text: 'Hello' })
socket.close()

// The last one that ends is that of the other instance's listeners.
while (!spans.some(({ kind }) => kind === 'CONSUMER')) await once(instances[1].child, 'message')
// The first one is the hub of `ipc:`, and ends last: another one would say that it has gone.
for (const { child } of instances.toReversed()) {
  child.kill()
  await once(child, 'exit')
}

const traces = [...new Set(spans.map(({ trace }) => trace))]

function print(parent, indent) {
  for (const { id, name, kind, instance, trace } of spans.filter((span) => span.parent === parent)) {
    const number = traces.indexOf(trace) + 1
    console.log(`trace ${number}  ${instance}  ${`${indent}${name.replace(/-\d+$/, '')}`.padEnd(28)}${kind}`)
    print(id, `${indent}  `)
  }
}

print(undefined, '')
