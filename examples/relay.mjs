// A message broker small enough to read, for the custom adapters of this folder. Whoever connects sends a topic first and gets
// an empty message back; from then on, what one sends goes to all that have the same topic.

import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A message as it goes through a socket: its length, and its bytes.
 *
 * @param {Uint8Array} bytes
 */
export function frame(bytes) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/**
 * Calls `handle` with each message that comes out of a socket.
 *
 * @param {import('node:net').Socket} socket
 * @param {(message: Buffer) => void} handle
 */
export function onMessage(socket, handle) {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
      const end = 4 + rest.readUInt32BE()
      const message = rest.subarray(4, end)
      rest = rest.subarray(end)
      handle(message)
    }
  })
}

/** Starts a relay on a port of this machine, or on a free one. */
export async function startRelay(port = 0) {
  /** @type {Map<import('node:net').Socket, string | undefined>} */
  const topics = new Map()
  const server = createServer((socket) => {
    topics.set(socket, undefined)
    socket.on('error', () => {}) // a client that is gone: 'close' follows
    socket.on('close', () => topics.delete(socket))
    onMessage(socket, (message) => {
      const topic = topics.get(socket)
      if (topic === undefined) {
        topics.set(socket, message.toString())
        socket.write(frame(Buffer.alloc(0)))
      } else {
        for (const [other, itsTopic] of topics) if (itsTopic === topic) other.write(frame(message))
      }
    })
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const address = /** @type {import('node:net').AddressInfo} */ (server.address())
  return {
    port: address.port,
    async stop() {
      for (const socket of topics.keys()) socket.destroy()
      await once(server.close(), 'close')
    }
  }
}
