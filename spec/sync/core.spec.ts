import { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { deserialize, serialize } from 'bson'
import { expect } from 'chai'
import sync, { core, isRemote, local, SYNC, type SyncError } from '../../lib/index.js'

type Messages = EventEmitter & {
  create(data: unknown, params?: object): Promise<unknown>
  hooks(hooks: object): void
}

interface Config {
  serialize?: (message: object) => unknown
  deserialize?: (data: never) => unknown
}

const messages = (app: Application) => app.service('messages') as unknown as Messages

describe('core', () => {
  let queue: EventEmitter
  let errors: SyncError[]

  beforeEach(() => {
    queue = new EventEmitter()
    errors = []
  })

  /** A functional adapter as feathers-sync 3 documents it: every instance hears what it says. */
  const adapter =
    ({ serialize, deserialize }: Config) =>
    (app: Application) => {
      app.configure(core)
      app.sync = { type: 'custom', ready: Promise.resolve(), serialize, deserialize }
      app.on('sync-out', (data: unknown) => queue.emit('message', data))
      queue.on('message', (data) => app.emit('sync-in', data))
    }

  const create = (config: Config = {}): Application => {
    const app = feathers().configure(adapter(config))
    app.on('sync-error', (error) => errors.push(error))
    return app.use('messages', { create: async (data: object) => data } as never, { events: ['liked'] })
  }

  const record = (app: Application, event = 'created') => {
    const calls: [unknown, HookContext][] = []
    messages(app).on(event, (...args) => calls.push(args as [unknown, HookContext]))
    return calls
  }

  it('is a property of sync too, and has SYNC', () => {
    expect(sync.core).to.equal(core)
    expect(core.SYNC).to.equal(SYNC)
  })

  it('gives the serializer `context: undefined` of an event without a context, as feathers-sync 3 did', () => {
    const one = create({
      serialize: (message) => ({ ...message }),
      deserialize: (message: object) => message
    })
    const published: unknown[] = []
    queue.on('message', (data) => published.push(data))
    messages(one).emit('liked', 'it')
    expect(published).to.deep.equal([{ event: 'liked', path: 'messages', data: 'it', context: undefined }])
  })

  it('reports a deserializer that returns a promise, and sync-out listeners that reject', async () => {
    const one = create({
      deserialize: async () => {
        throw new Error('never seen')
      }
    })
    one.on('sync-out', async () => {
      throw new Error('not connected')
    })
    messages(one).emit('created', 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(errors.map(({ kind, message }) => `${kind}: ${message}`)).to.deep.equal([
      'deserialize: feathers-sync: could not deserialize an event, which an instance with another serializer may have sent: ' +
        "the deserializer returned a promise: it has to return its result at once, so it can't be async",
      'listener: feathers-sync: a sync-out listener threw: not connected'
    ])
  })

  it('publishes text of { event, path, data, context }, and delivers once to every instance, its own too', async () => {
    const [one, two] = [create(), create()]
    const [here, there] = [record(one), record(two)]
    const published: unknown[] = []
    queue.on('message', (data) => published.push(data))
    await messages(one).create({ text: 'hi' }, { user: { id: 1 } })
    expect([here.length, there.length, published.length]).to.deep.equal([1, 1, 1])
    for (const [app, calls] of [
      [one, here],
      [two, there]
    ] as const) {
      const [data, context] = calls[0] as [unknown, HookContext]
      expect(data).to.deep.equal({ text: 'hi' })
      expect(context.app).to.equal(app)
      expect(context.service).to.equal(app.service('messages'))
      expect(context.params).to.deep.equal({ user: { id: 1 } })
    }
    expect(JSON.parse(published[0] as string)).to.have.all.keys('event', 'path', 'data', 'context')
    expect(errors).to.deep.equal([])
  })

  it('publishes of a bulk call each item alone, and nothing that is secret', async () => {
    const one = create()
    const published: string[] = []
    queue.on('message', (data) => published.push(data))
    const calls = record(one)
    const user = { id: 1, password: 'hidden' }
    await messages(one).create([{ text: 'first' }, { text: 'second' }], { user })
    expect(calls.map(([data]) => data)).to.deep.equal([{ text: 'first' }, { text: 'second' }])
    expect(published).to.have.length(2)
    expect(published[0]).to.include('first').and.not.to.include('second')
    expect(published.join()).not.to.include('hidden')
    expect(calls[1]?.[1].result).to.deep.equal([{ text: 'second' }])
  })

  it('reads the context of a bulk call once', () => {
    const one = create()
    const calls = record(one)
    let reads = 0
    const context = {
      result: [{ id: 1 }, { id: 2 }, { id: 3 }],
      get mark() {
        reads += 1
        return 'read'
      }
    }
    for (const item of context.result) messages(one).emit('created', item, context)
    expect(calls.map(([data]) => data)).to.deep.equal(context.result)
    expect(reads).to.equal(1)
  })

  it('takes serialize and deserialize of app.sync, which keep types', () => {
    const [one, two] = [create({ serialize, deserialize }), create({ serialize, deserialize })]
    const calls = record(two)
    messages(one).emit('created', { at: new Date(7) })
    expect(calls).to.deep.equal([[{ at: new Date(7) }]])
  })

  it('takes either of them alone', () => {
    const one = create({ serialize: (message) => JSON.stringify(message).replace('hi', 'hello') })
    const two = create({ deserialize: (data: string) => JSON.parse(data.replace('hello', 'hello there')) })
    const calls = record(two)
    messages(one).emit('created', 'hi')
    expect(calls).to.deep.equal([['hello there']])
  })

  it('works before app.sync is set, and ends with removeAllListeners("sync-in")', () => {
    const app = feathers()
      .configure(core)
      .use('messages', { create: async () => ({}) } as never)
    const calls = record(app)
    app.once('sync-out', (data) => app.emit('sync-in', data))
    messages(app).emit('created', 'first')
    app.removeAllListeners('sync-in')
    app.once('sync-out', (data) => app.emit('sync-in', data))
    messages(app).emit('created', 'second')
    expect(calls).to.deep.equal([['first']])
  })

  it('delivers once where it is configured twice, and to services registered before it', () => {
    const app = feathers().use('messages', { create: async () => ({}) } as never)
    app.configure(core).configure(adapter({}))
    const calls = record(app)
    messages(app).emit('created', 1)
    expect(calls).to.deep.equal([[1]])
  })

  it('delivers events with context[SYNC] = false, and undeclared ones, at once and here only', () => {
    const [one, two] = [create(), create()]
    for (const [event, context] of [
      ['created', { [SYNC]: false }],
      ['undeclared', undefined]
    ] as const) {
      const [here, there] = [record(one, event), record(two, event)]
      messages(one).emit(event, 1, context)
      expect([here.length, there.length]).to.deep.equal([1, 0])
      expect(here[0]?.[1]).to.equal(context)
    }
  })

  it('does not know the origin: isRemote is undefined, and local listeners run everywhere', async () => {
    const [one, two] = [create(), create()]
    const seen: unknown[] = []
    for (const app of [one, two]) {
      messages(app).on('created', (_data, context) => seen.push(isRemote(), isRemote(context)))
      messages(app).on(
        'created',
        local(() => seen.push('local'))
      )
    }
    await messages(one).create({})
    const expected = [undefined, undefined, 'local']
    expect(seen).to.deep.equal([...expected, ...expected])
  })

  it('keeps an event here that cannot be serialized, or has a dispatch that cannot travel, and reports it', async () => {
    const [one, two] = [create(), create()]
    const [here, there] = [record(one), record(two)]
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(await messages(one).create(circular)).to.equal(circular)
    messages(one).emit('created', { password: 'secret' }, { dispatch: () => {} })
    expect([here.length, there.length]).to.deep.equal([2, 0])
    expect(here[0]?.[0]).to.equal(circular)
    expect(errors.map(({ kind }) => kind)).to.deep.equal(['serialize', 'serialize'])
  })

  it('contains what an adapter throws, and what a listener throws, and reports it', async () => {
    const app = create()
    const calls = record(app)
    app.prependOnceListener('sync-out', () => {
      throw new Error('not connected')
    })
    await messages(app).create({})
    messages(app).once('created', () => {
      throw new Error('not my day')
    })
    await messages(app).create({})
    await messages(app).create({})
    expect(calls.length).to.equal(2)
    expect(errors.map(({ message }) => message.split(': ').at(-1))).to.deep.equal([
      'not connected',
      'not my day'
    ])
  })

  it('is a no-op after sync(options), and refuses and is refused by what is no sync of ours', async () => {
    const text = 'Only one type of feathers-sync can be configured on the same application'
    const app = feathers().configure(sync({ uri: 'ipc:', key: `core-${process.pid}` }))
    try {
      const before = app.sync
      app.configure(sync.core)
      expect(app.sync).to.equal(before)
    } finally {
      await app.teardown()
    }
    const other = feathers()
    other.sync = { type: 'other', ready: Promise.resolve() }
    expect(() => other.configure(core)).to.throw(text)
    expect(() =>
      feathers()
        .configure(core)
        .configure(sync({ uri: 'ipc:' }))
    ).to.throw(text)
  })
})
