// Two instances and a worker. A client of the first instance orders a video, the client of the second one sees it become ready.
//
// Run: node examples/worker/main.mjs (in this repository after npm run build; it needs Redis: REDIS_URL)

import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'

const env = { SYNC_KEY: `worker-${process.pid}`, ...process.env }
const start = (name) => fork(fileURLToPath(new URL(name, import.meta.url)), { env })

async function startInstance() {
  const child = start('instance.mjs')
  const [{ port }] = await once(child, 'message')
  const client = io(`http://localhost:${port}`)
  await once(client, 'connect')
  return { child, client }
}

const [one, two] = [await startInstance(), await startInstance()]
const worker = start('worker.mjs')

const progress = on(two.client, 'videos progress')
const patched = once(two.client, 'videos patched')
one.client.emit('create', 'videos', { id: 7 })
console.log('one: orders video 7')
for await (const [{ id, percent }] of progress) {
  console.log(`two: video ${id} is at ${percent} %`)
  if (percent === 100) break
}
const [video] = await patched
console.log(`two: video ${video.id} is ready, it has ${video.seconds} seconds`)

for (const { client } of [one, two]) client.close()
for (const child of [worker, one.child, two.child]) {
  child.kill()
  await once(child, 'exit')
}
