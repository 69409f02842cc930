import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server that refuses who connects and repeats, in its reason, what it was sent. */
export interface RepeatingServer {
  readonly uri: (userInfo: string) => string
  /** What it has been sent. */
  readonly heard: () => string
  close(): Promise<void>
}

/** What a server of each protocol says first, and how it refuses with a text. */
const PROTOCOLS: Record<string, { greet(socket: Socket): void; refuse(text: string): string | Buffer }> = {
  redis: { greet: () => {}, refuse: (text) => `-ERR unknown command with args beginning with: ${text}\r\n` },
  nats: {
    greet: (socket) => socket.write('INFO {"server_id":"a","version":"2.10.0","max_payload":1048576}\r\n'),
    refuse: (text) => `-ERR 'Authorization Violation of ${text}'\r\n`
  },
  amqp: {
    // The client speaks first; then Connection.Start, and Connection.Close with ACCESS_REFUSED.
    greet: () => {},
    refuse: (text) =>
      text.startsWith('AMQP')
        ? frame(Buffer.concat([Buffer.from([0, 10, 0, 10, 0, 9]), long(''), long('PLAIN'), long('en_US')]))
        : frame(Buffer.concat([Buffer.from([0, 10, 0, 50, 1, 0x93]), short(text), Buffer.alloc(4)]))
  }
}

export async function startRepeatingServer(scheme: string): Promise<RepeatingServer> {
  const protocol = PROTOCOLS[scheme]
  if (!protocol) throw new Error(`no such protocol: ${scheme}`)
  const sockets = new Set<Socket>()
  let heard = ''
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      socket.write(protocol.refuse(bytes.toString('latin1').replace(/[\r\n]+/g, ' ')), 'latin1')
    })
    protocol.greet(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    uri: (userInfo) => `${scheme}://${userInfo}127.0.0.1:${port}`,
    heard: () => heard,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

function frame(payload: Buffer): Buffer {
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 3)
  return Buffer.concat([header, payload, Buffer.from([0xce])])
}

function long(text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, Buffer.from(text)])
}

/** The end of it: credentials come last in the client's answer. */
function short(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('\0', ' ').slice(-200), 'latin1')
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}
