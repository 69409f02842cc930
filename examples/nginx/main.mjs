// Two instances behind nginx, with Redis. Clients connect in several ways; each makes a message and waits for those of all.
//
// Run: node examples/nginx/main.mjs (in this repository after npm run build; needs nginx, and Redis at REDIS_URI)

import { io } from 'socket.io-client'
import { freePort, startInstance, startNginx } from './processes.mjs'

const CLIENTS = 16

const ports = [await freePort(), await freePort()]
const env = { SYNC_KEY: `nginx-${process.pid}`, TRANSPORTS: 'polling,websocket' }
const instances = await Promise.all(ports.map((port) => startInstance(port, env)))

/** Connects a client. Resolves with what went wrong, if something did. */
function connect(url, transports) {
  const socket = io(url, { transports, withCredentials: true, forceNew: true, reconnection: false })
  const heard = new Set()
  socket.on('messages created', ({ text }) => heard.add(text))
  return new Promise((resolve) => {
    socket.on('connect', () => resolve({ socket, heard }))
    socket.on('connect_error', ({ message, context }) =>
      resolve({ socket, heard, failure: JSON.parse(context.responseText ?? '{}').message ?? message })
    )
  })
}

async function tryOut(config, transports) {
  const nginx = await startNginx(config, await freePort(), ports)
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(nginx.url, transports)))
  const failure = clients.find(({ failure }) => failure)?.failure
  let result = `clients can't connect: ${failure}`
  if (!failure) {
    const texts = clients.map((_, index) => `${config} ${transports} ${index}`)
    const allHeard = Promise.all(
      clients.map(({ socket, heard }) => {
        const isComplete = () => texts.every((text) => heard.has(text))
        return new Promise((resolve) => socket.on('messages created', () => isComplete() && resolve()))
      })
    )
    const made = await Promise.all(
      clients.map(async ({ socket }, index) => {
        const [, message] = await new Promise((resolve) =>
          socket.emit('create', 'messages', { text: texts[index] }, (...answer) => resolve(answer))
        )
        return message.instance
      })
    )
    await allHeard
    result = `${CLIENTS} clients at ${new Set(made).size} instances, each has heard ${CLIENTS} messages`
  }
  for (const { socket } of clients) socket.disconnect()
  await nginx.stop()
  console.log(`${config}, ${transports.join(' and ')}: ${result}`)
}

await tryOut('sticky.conf', ['polling'])
await tryOut('sticky.conf', ['polling', 'websocket'])
await tryOut('websockets.conf', ['websocket'])
await tryOut('websockets.conf', ['polling'])

await Promise.all(instances.map((instance) => instance.stop()))
