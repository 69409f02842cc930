import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type Application, feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import socketio from '@feathersjs/socketio'
import { deserialize, serialize } from 'bson'
import { expect } from 'chai'
import { io } from 'socket.io-client'
import sync, {
  type Configure,
  Container,
  createContainer,
  Serializer,
  SyncAdapter,
  type SyncMessage
} from '../../lib/index.js'
import type { Broker } from '../support/brokers/broker.js'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { LoopAdapter } from '../support/loop-adapter.js'
import { runScript } from '../support/process.js'

/** A URI of each adapter, with a broker behind it. */
const uris: Record<string, () => Promise<string>> = {
  ipc: async () => 'ipc:',
  redis: async () => (await broker('redis', startRedis)).uri,
  nats: async () => (await broker('nats', startNats)).uri,
  amqp: async () => (await sharedRabbit()).createVhost()
}
const started = new Map<string, Promise<Broker>>()

function broker(name: string, start: () => Promise<Broker>): Promise<Broker> {
  const running = started.get(name) ?? start()
  started.set(name, running)
  return running
}

describe('sync', () => {
  let key: string
  const apps: Application[] = []

  const configure = (configured: Configure, app: Application = feathers()) => {
    apps.push(app)
    return app.configure(configured)
  }

  beforeEach(() => {
    key = randomUUID()
  })

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.teardown()))
  })

  describe('teardown and setup of the application', () => {
    it('close and connect again', async () => {
      const app = configure(sync({ uri: 'ipc:', key }))
      await app.sync.ready
      await app.setup() // it is connected already
      expect(app.sync.status).to.equal('ready')
      await app.teardown()
      expect(app.sync.status).to.equal('closed')
      await app.setup()
      await app.sync.ready
      expect(app.sync.status).to.equal('ready')
    })

    it('close before anything was set up', async () => {
      const app = configure(sync({ uri: 'ipc:', key }))
      await app.teardown()
      expect(app.sync.status).to.equal('closed')
    })

    it('ends when the adapter has closed, not before', async () => {
      let release = () => {}
      class SlowAdapter extends LoopAdapter {
        protected override async doClose(): Promise<void> {
          await new Promise<void>((resolve) => {
            release = resolve
          })
        }
      }
      const container = createContainer()
      container.bind(SyncAdapter).to(SlowAdapter).whenNamed('loop')
      const app = configure(sync({ uri: 'loop:', key, container }))
      await app.sync.ready
      const order: string[] = []
      const teardown = app.teardown().then(() => order.push('teardown'))
      await eventually(() => app.sync.status === 'closed', { message: 'the adapter to be closing' })
      await new Promise((resolve) => setImmediate(resolve))
      order.push('closed')
      release()
      await teardown
      expect(order).to.deep.equal(['closed', 'teardown'])
    })

    it('close where another teardown fails', async () => {
      const app = feathers().configure(sync({ uri: 'ipc:', key }))
      await app.sync.ready
      const failing = {
        async teardown() {
          throw new Error('not my day')
        }
      }
      app.use('failing', { ...failing, create: async () => ({}) } as never)
      const failure = await app.teardown().catch((error: Error) => error)
      expect(String(failure)).to.include('not my day')
      expect(app.sync.status).to.equal('closed')
    })

    it('close without waiting for an open websocket, which holds Koa’s own teardown', async () => {
      const app = koa(feathers()).configure(socketio()) as unknown as Application
      configure(sync({ uri: 'ipc:', key }), app)
      const server = await app.listen(0)
      const socket = io(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
        transports: ['websocket'],
        reconnection: false
      })
      await eventually(() => socket.connected, { message: 'the websocket' })
      await app.sync.ready
      let ended = false
      const teardown = app.teardown().then(() => {
        ended = true
      })
      await eventually(() => app.sync.status === 'closed', { timeout: 3000, message: 'the end of the sync' })
      expect({ ended, connected: socket.connected }).to.deep.equal({ ended: false, connected: true })
      apps.splice(0)
      socket.close()
      await teardown
    })
  })

  for (const [name, uriOf] of Object.entries(uris)) {
    describe(`by ${name}`, () => {
      let uri: string

      before(async function () {
        this.timeout(60_000)
        uri = await uriOf()
      })

      it('lets a script end by itself', async () => {
        const { output, errors, code, lingered } = await runScript(`
          import { feathers } from '@feathersjs/feathers'
          import sync from './lib/index.ts'
          const apps = [1, 2].map(() => {
            const app = feathers().configure(sync({ uri: '${uri}', key: '${key}' }))
            return app.use('messages', { create: async (data) => data })
          })
          await Promise.all(apps.map((app) => app.sync.ready))
          const received = new Promise((resolve) => apps[1].service('messages').on('created', resolve))
          await apps[0].service('messages').create({ text: 'hello' })
          console.log((await received).text)
          await Promise.all(apps.map((app) => app.teardown()))
          console.log('torn down')
        `)
        expect({ output, errors, code }).to.deep.equal({ output: 'hello\ntorn down\n', errors: '', code: 0 })
        expect(lingered).to.be.below(1000)
      })

      class BsonSerializer extends Serializer {
        override serialize(message: SyncMessage): Uint8Array {
          return serialize(message)
        }

        override deserialize(bytes: Buffer): SyncMessage {
          return deserialize(bytes, { promoteBuffers: true }) as SyncMessage
        }
      }
      const bound = (container: Container) => {
        if (container.isBound(Serializer)) container.rebind(Serializer).to(BsonSerializer)
        else container.bind(Serializer).to(BsonSerializer)
        return container
      }
      const ways = {
        'container.rebind(Serializer)': () => ({ container: bound(createContainer()) }),
        'a Container of the user': () => ({ container: bound(new Container()) }),
        'the `serialize` and `deserialize` options': () => ({
          serialize,
          deserialize: (bytes: Buffer) => deserialize(bytes, { promoteBuffers: true })
        })
      }
      for (const [way, options] of Object.entries(ways)) {
        it(`carries dates and buffers as BSON, by ${way}`, async () => {
          const seen: unknown[] = []
          const [one, two] = [1, 2].map(() => {
            const app = configure(sync({ uri, key, ...options() }))
            return app.use('messages', { create: async (data: object) => data } as never)
          }) as [Application, Application]
          two.service('messages').on('created', (data: object) => seen.push(data))
          await Promise.all([one.sync.ready, two.sync.ready])
          const data = { at: new Date(0), bytes: Buffer.from([0, 255, 128]) }
          await one.service('messages').create(data)
          await eventually(() => seen.length > 0, { message: 'the event' })
          expect(seen).to.deep.equal([data])
          const [{ at, bytes }] = seen as [typeof data]
          expect(at).to.be.instanceOf(Date)
          expect(Buffer.isBuffer(bytes)).to.equal(true)
        })
      }
    })
  }
})
