// An instance on each CPU core, all behind one port: the processes share their events over `ipc:`, without a broker. A worker that
// dies is replaced.
//
// Run: node examples/cluster.mjs (in this repository after npm run build)
// A client: io('http://localhost:3030', { transports: ['websocket'] })

import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'

if (cluster.isPrimary) {
  const { WORKERS = availableParallelism() } = process.env
  for (let count = 0; count < Number(WORKERS); count += 1) cluster.fork()

  let leaving = false
  cluster.on('exit', () => {
    if (!leaving) cluster.fork()
  })
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      leaving = true
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
    })
  }
} else {
  await import('./server.mjs')
}
