import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { format } from 'node:util'
import expressFramework from '@feathersjs/express'
import { type Application, feathers } from '@feathersjs/feathers'
import { koa } from '@feathersjs/koa'
import { expect } from 'chai'
import createDebug from 'debug'
import sinon from 'sinon'
import sync, { type ServicesSync, type SyncError, type SyncOptions } from '../../lib/index.js'
import { startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'

type Messages = EventEmitter & { create(data: unknown): Promise<unknown> }

const plain = () => ({ create: async (data: unknown) => data }) as never
const service = (app: Application, path: string) => app.service(path) as unknown as Messages

interface Instance {
  app: Application
  got: unknown[]
  errors: SyncError[]
}

describe('sync, of chosen events', () => {
  const key = randomUUID()
  let uri: string
  const apps: Application[] = []

  /** Has messages, of which two events are shared, users, and logs, of which none are. */
  const start = async (options: SyncOptions = {}, app: Application = feathers()): Promise<Instance> => {
    apps.push(app)
    app.use('messages', plain(), { events: ['typing'], sync: { events: ['created', 'typing'] } })
    app.configure(sync({ uri, key, ...options }))
    app.use('users', plain())
    // Express takes no options without `methods` or `events`.
    app.use('logs', plain(), { methods: ['create'], sync: false })
    const errors: SyncError[] = []
    app.on('sync-error', (error) => errors.push(error))
    const got: unknown[] = []
    for (const path of ['messages', 'users', 'logs']) {
      for (const event of ['created', 'removed', 'typing']) {
        service(app, path).on(event, (data) => got.push([path, event, data]))
      }
    }
    await app.sync.ready
    return { app, got, errors }
  }
  const emit = ({ app }: Instance, data: unknown) => {
    for (const path of ['logs', 'messages', 'users']) {
      for (const event of ['created', 'removed', 'typing']) service(app, path).emit(event, data)
    }
  }

  before(async () => {
    uri = (await startRedis()).uri
  })
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.teardown())))

  const FRAMEWORKS: Record<string, () => Application> = {
    feathers: () => feathers(),
    koa: () => koa(feathers()) as unknown as Application,
    express: () => expressFramework.default(feathers()) as unknown as Application
  }
  for (const [name, create] of Object.entries(FRAMEWORKS)) {
    it(`shares them over Redis, and nothing else: ${name}`, async () => {
      const [one, two] = [await start({}, create()), await start({}, create())]
      const services: ServicesSync = { '*': { receive: false }, users: { events: ['created'] } }
      const worker = await start({ services }, create())
      emit(one, 'hi')
      await eventually(() => [two, worker].every(({ app, got }) => received(app) === 4 && got.length > 0))
      expect(two.got).to.deep.equal([
        ['messages', 'created', 'hi'],
        ['messages', 'typing', 'hi'],
        ['users', 'created', 'hi'],
        ['users', 'removed', 'hi']
      ])
      // What `app.use` says of messages is before `*`.
      expect(worker.got).to.deep.equal(two.got.slice(0, 3))
      expect([two, worker].map(({ app }) => app.sync.stats().events.ignored)).to.deep.equal([0, 1])
      expect([one, two, worker].flatMap(({ errors }) => errors)).to.deep.equal([])
    })
  }

  it('leaves an application as it was that has an unusable choice', async () => {
    const app = feathers()
    const configure = sync({ uri, key, services: { messages: { events: ['typing'] } } })
    app.use('messages', plain())
    const { emit } = service(app, 'messages')
    expect(() => app.configure(configure)).to.throw(TypeError, "names the event 'typing'")
    expect(app.sync).to.equal(undefined)
    expect(service(app, 'messages').emit).to.equal(emit)
    await app.unuse('messages')
    app.use('messages', plain(), { events: ['typing'] })
    app.configure(configure)
    apps.push(app)
    await app.sync.ready
  })

  it("says with DEBUG what does not come in as `mode` is 'send'", async () => {
    const sender = await start({ mode: 'send' })
    const other = await start()
    const former = createDebug.disable()
    const log = sinon.stub(createDebug, 'log')
    createDebug.enable('feathers-sync:events')
    try {
      service(other.app, 'users').emit('created', 1)
      const text = "not delivered: 1 event, as `mode` is 'send'"
      await eventually(() => log.args.some((args) => format(...args).includes(text)))
    } finally {
      log.restore()
      createDebug.disable()
      createDebug.enable(former)
    }
    expect(sender.app.sync.stats().events).to.include({ received: 0, ignored: 0 })
  })
})

function received(app: Application): number {
  return app.sync.stats().events.received
}
