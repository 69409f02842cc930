import { type Application, feathers, type HookContext, type Params } from '@feathersjs/feathers'
import { expect } from 'chai'
import sync, { SyncError } from '../../lib/index.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { Relay } from '../support/relay.js'
import { frameworks, type WebServer } from './frameworks.js'
import { Instance, frameworks as transports } from './servers.js'

const KEY = 'credentials'

/** All credentials say so, in the parts of a request that are not plain. */
const QUERY = '?token=SECRET&accessToken=SECRET&apiKey=SECRET&page=2'
const headers = {
  authorization: 'Bearer SECRET',
  cookie: 'id=SECRET',
  'x-api-key': 'SECRET',
  accept: '*/*, text/x-open'
}

describe('credentials of a request', () => {
  let broker: RedisBroker
  let relay: Relay
  const seen: Params[] = []
  const receiver: Application = feathers()

  const use = (app: Application) => {
    app.use('messages', { create: async (data: object) => data } as never)
    return app.configure(sync({ uri: broker.uri, key: KEY }) as never)
  }
  /** All that was on the broker when `count` events have come. */
  const tapped = async (count: number): Promise<string> => {
    await eventually(() => seen.length >= count, { message: `${count} events` })
    return Buffer.concat(relay.messages).toString('latin1')
  }

  before(async () => {
    broker = await startRedis()
    use(receiver)
    receiver.service('messages').on('created', (_data: unknown, { params }: HookContext) => seen.push(params))
    await receiver.sync.ready
  })
  beforeEach(async () => {
    seen.length = 0
    relay = await Relay.start(broker.uri, KEY)
  })
  afterEach(() => relay.close())
  after(async () => {
    await receiver.teardown()
    await broker.stop()
  })

  for (const [name, start] of Object.entries(frameworks)) {
    it(`of ${name} are not on the broker, whatever their names in params`, async () => {
      const app = use(feathers())
      await app.sync.ready
      let events = 0
      let server: WebServer | undefined
      try {
        server = await start((things) => {
          events += 1
          return app
            .service('messages')
            .create({ text: 'hi' }, { ...things, deep: [{ things }], mark: 'open' } as never)
        })
        expect((await fetch(`${server.url}/x${QUERY}`, { headers })).status).to.be.below(300)
        const bytes = await tapped(events)
        expect(bytes).to.include('open').and.not.include('SECRET')
        expect(seen[0]).to.have.property('mark', 'open')
      } finally {
        await server?.close()
        await app.teardown()
      }
    })
  }

  for (const framework of ['koa', 'express'] as const) {
    it(`of a REST call by ${framework} are not on the broker, and what is open is`, async () => {
      const app = transports[framework]()
      // Before the service, as applications do it.
      app.hooks({
        before: {
          all: [
            async ({ params }: HookContext) => {
              params.clientHeaders = { ...params.headers }
              params.user = { id: 1, password: 'SECRET' }
            }
          ]
        }
      })
      const instance = new Instance(use(app))
      await instance.listen()
      try {
        const answer = await fetch(
          `${instance.url}/messages${QUERY}&_bsontype=ObjectId&deep[_bsontype]=x&deep[password]=SECRET`,
          {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: '{"text":"hi"}'
          }
        )
        expect(answer.status).to.equal(201)
        expect(await tapped(1))
          .to.include('text/x-open')
          .and.not.include('SECRET')
        expect(seen[0]).to.deep.include({ user: { id: 1 }, provider: 'rest' })
        expect(seen[0]?.query).to.include({ page: '2' })
        expect(seen[0]).to.have.nested.property('clientHeaders.accept', '*/*, text/x-open')
        expect(instance.errors.filter((error) => error instanceof SyncError)).to.deep.equal([])
      } finally {
        await instance.close()
      }
    })
  }
})
