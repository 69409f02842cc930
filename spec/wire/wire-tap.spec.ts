import { randomUUID } from 'node:crypto'
import { connect as connectAmqp } from 'amqplib'
import { expect } from 'chai'
import { connect as connectNats } from 'nats'
import { createClient } from 'redis'
import { IpcAdapter, type SyncOptions } from '../../lib/index.js'
import type { ResolvedOptions } from '../../lib/sync/options.js'
import { withLogins } from '../applications/logins.js'
import { type Client, type Instance, settle, startInstances } from '../applications/servers.js'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'

type Receive = (bytes: Uint8Array) => void

interface Place {
  uri: string
  /** Listens to all that is sent under `key`, by the driver alone where there is one. Returns what ends it. */
  tap(key: string, receive: Receive): Promise<() => Promise<unknown>>
  stop?(): Promise<void>
}

const places: Record<string, () => Promise<Place>> = {
  async redis() {
    const broker = await startRedis()
    return {
      uri: broker.uri,
      async tap(key, receive) {
        const client = await createClient({ url: broker.uri }).connect()
        await client.subscribe(key, receive, true)
        return async () => client.destroy()
      },
      stop: () => broker.stop()
    }
  },
  async amqp() {
    const uri = await (await sharedRabbit()).createVhost()
    return {
      uri,
      async tap(key, receive) {
        const connection = await connectAmqp(uri)
        const channel = await connection.createChannel()
        await channel.assertExchange(key, 'fanout', { durable: false })
        const { queue } = await channel.assertQueue('', { exclusive: true })
        await channel.bindQueue(queue, key, '')
        await channel.consume(queue, (message) => message && receive(message.content), { noAck: true })
        return () => connection.close()
      }
    }
  },
  async nats() {
    const broker = await startNats()
    return {
      uri: broker.uri,
      async tap(key, receive) {
        const connection = await connectNats({ servers: [broker.uri] })
        connection.subscribe(key, { callback: (_error, { data }) => receive(data) })
        await connection.flush()
        return () => connection.close()
      },
      stop: () => broker.stop()
    }
  },
  async ipc() {
    const uri = 'ipc:'
    return {
      uri,
      async tap(key, receive) {
        const adapter = new IpcAdapter()
        adapter.options = { uri, key } as ResolvedOptions
        await adapter.connect({ receive, error: () => {}, status: () => {} })
        return () => adapter.close()
      }
    }
  }
}

const COOKIE = 'session=cookie-of-the-browser'
const PASSWORD = 'plain text of the password'

describe('the traffic of the broker', () => {
  for (const [name, start] of Object.entries(places)) {
    for (const wire of [4, 3] as const) {
      describe(`of ${name}, wire ${wire}`, () => {
        let place: Place
        let instances: Instance[] = []
        let client: Client
        let untap: (() => Promise<unknown>) | undefined
        let traffic: string

        beforeEach(async () => {
          place = await start()
          const options: SyncOptions = { uri: place.uri, key: `tapped-${randomUUID()}`, wire }
          instances = await startInstances(2, 'koa', withLogins, options)
          const [one] = instances as [Instance]
          client = await one.connect({ cookie: COOKIE })
          const user = await one.app.service('users').create({ email: 'a@b.c', password: PASSWORD })
          expect(user.password).to.match(/^\$2/)
          await settle(one, 'messages', [client])
          traffic = ''
          untap = await place.tap(options.key as string, (bytes) => {
            traffic += Buffer.from(bytes).toString('latin1')
          })
        })

        afterEach(async () => {
          await untap?.()
          await Promise.all(instances.splice(0).map((instance) => instance.close()))
          await place.stop?.()
        })

        it('has the records, and no credentials', async () => {
          const [one, two] = instances as [Instance, Instance]
          const credentials = { strategy: 'local', email: 'a@b.c', password: PASSWORD }
          const login = await client.call('create', 'authentication', credentials)
          const { accessToken } = login as { accessToken: string }
          const heard: unknown[] = []
          two.app.service('messages').on('created', ({ text }: { text: string }) => heard.push(text))
          await client.call('create', 'messages', { text: 'what is to be seen' })
          const known = await one.connect({ cookie: COOKIE, authorization: `Bearer ${accessToken}` })
          await known.call('create', 'messages', { text: 'that too' }, { query: { more: 'a query' } })
          await eventually(() => heard.length === 2)
          await eventually(() => /what is to be seen[\s\S]*that too/.test(traffic))
          // The context of the call is there, so it isn't for want of one that nothing secret is.
          for (const seen of ['a query', 'a@b.c', 'websocket']) expect(traffic).to.include(seen)
          const [{ password }] = (await one.app.service('users').find()) as [{ password: string }]
          expect(accessToken).to.match(/^ey/)
          const [, payload = '', signature = ''] = accessToken.split('.')
          for (const secret of [payload, signature, password, PASSWORD, COOKIE])
            expect(traffic).not.to.include(secret)
        })
      })
    }
  }
})
