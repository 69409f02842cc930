import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { Members } from '../support/members.js'

/** What has each driver give an attempt up soon, and what its hint says. */
const HINTS = {
  redis: [{ redisOptions: { socket: { connectTimeout: 200 } } }, /is that a Redis server\?.*6379/],
  amqp: [{ amqpConnectionOptions: { timeout: 200 } }, /(is that an AMQP server\?|that speaks AMQP).*5672/],
  nats: [{ natsConnectionOptions: { timeout: 200 } }, /is (that a|no) NATS server.*4222/],
  ipc: [{}, /is that a socket of feathers-sync\?.*another path/]
} as const

const SERVERS: Record<string, () => Server> = {
  'an HTTP server': () => createHttpServer((_request, response) => response.end('hello')),
  'a mail server': () => createServer((socket) => socket.on('error', () => {}).write('220 mail.example\r\n')),
  'a server that waits for its client': () => createServer((socket) => socket.on('error', () => {}).resume())
}

describe('a port or socket where another program answers', () => {
  const members = new Members()

  afterEach(() => members.closeAll())

  for (const [what, create] of Object.entries(SERVERS)) {
    for (const [scheme, [options, hint]] of Object.entries(HINTS)) {
      // It takes 5 s there, see silent-server.spec.ts
      if (scheme === 'ipc' && what.includes('waits')) continue

      it(`${scheme}, ${what}: the first error has a hint`, async () => {
        const folder = await mkdtemp(join(tmpdir(), 'feathers-sync-wrong-'))
        const path = join(folder, 'other.sock')
        const server = create()
        try {
          await once(server.listen(scheme === 'ipc' ? path : 0), 'listening')
          const place =
            scheme === 'ipc' ? `//${path}` : `//127.0.0.1:${(server.address() as AddressInfo).port}`
          const member = members.configure({ uri: `${scheme}:${place}`, closeTimeout: 100, ...options })
          member.app.sync.ready.catch(() => {}) // where it is permanent
          await eventually(() => member.errors.length > 0, { message: 'an error', timeout: 5000 })
          expect(member.errors[0]?.message).to.match(hint)
        } finally {
          await members.closeAll()
          server.close()
          await rm(folder, { recursive: true })
        }
      })
    }
  }
})
