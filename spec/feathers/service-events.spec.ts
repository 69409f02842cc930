import { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { ServiceEvents } from '../../lib/feathers/service-events.js'
import type { SyncError } from '../../lib/index.js'
import type { SyncMessage } from '../../lib/message/message.js'
import { type Linked, linkApps } from '../applications/linked.js'

type Emitter = EventEmitter & { create(data: unknown): Promise<unknown>; [method: string]: unknown }

const create = async (data: object) => data
const plain = (more: object = {}) => ({ create, ...more }) as never
const service = (app: Application, path = 'messages') => app.service(path) as unknown as Emitter

/** Catches the events of `app`, lets them go to the listeners, and gives the messages that would travel. */
function watch(app: Application): { events: ServiceEvents; messages: SyncMessage[]; errors: SyncError[] } {
  const messages: SyncMessage[] = []
  const errors: SyncError[] = []
  const events = new ServiceEvents(
    app,
    (event) => {
      const { event: name, path, data } = event
      messages.push({ event: name, path, data })
      return event.emit(false)
    },
    (error) => errors.push(error)
  )
  return { events, messages, errors }
}

/** What the listeners of an event get. */
function record(emitter: EventEmitter, event = 'created'): unknown[] {
  const seen: unknown[] = []
  emitter.on(event, (data) => seen.push(data))
  return seen
}

const names = (messages: SyncMessage[]) => messages.map(({ path, event }) => `${path} ${event}`)

describe('ServiceEvents', () => {
  let app: Application

  beforeEach(() => {
    app = feathers()
  })

  describe('events', () => {
    const defaults = ['created', 'updated', 'patched', 'removed']
    const all = [...defaults, 'liked', 'shared', 'undeclared']
    const cases: [string, object, object | undefined, string[]][] = [
      ['the default ones', {}, undefined, []],
      ['those of the property `events`', { events: ['liked'] }, undefined, ['liked']],
      ['those of the option `events`', {}, { events: ['liked'] }, ['liked']],
      [
        'those of the option rather than the property',
        { events: ['liked'] },
        { events: ['shared'] },
        ['shared']
      ],
      ['those of the option `serviceEvents`', {}, { serviceEvents: ['liked'] }, ['liked']],
      ['both options', {}, { serviceEvents: ['liked'], events: ['shared'] }, ['liked', 'shared']]
    ]
    for (const when of ['before', 'after']) {
      for (const [name, properties, options, declared] of cases) {
        it(`catches ${name}, of a service registered ${when}, and passes others through`, () => {
          const use = () => app.use('messages', plain(properties), options as never)
          if (when === 'before') use()
          const { messages } = watch(app)
          if (when === 'after') use()
          const seen = all.map((event) => record(service(app), event))
          for (const event of all) service(app).emit(event, event)
          expect(messages.map(({ event }) => event)).to.deep.equal([...defaults, ...declared])
          expect(seen).to.deep.equal(all.map((event) => [event]))
        })
      }
    }

    it('catches what a method emits by context.event', async () => {
      app.use('messages', plain({ archive: create }), {
        methods: ['create', 'archive'],
        serviceEvents: ['archived']
      })
      const { messages } = watch(app)
      app.service('messages').hooks({
        before: {
          archive: (context: HookContext) => {
            context.event = 'archived'
          }
        }
      } as never)
      await (service(app).archive as typeof create)({ id: 1 })
      expect(messages).to.have.length(1)
      expect(messages[0]).to.deep.include({ event: 'archived', data: { id: 1 } })
    })

    it('catches each item of an array, with the one context', async () => {
      app.use('messages', plain())
      const { messages } = watch(app)
      const contexts = new Set()
      service(app).on('created', (_data, context) => contexts.add(context))
      await service(app).create([{ id: 1 }, { id: 2 }])
      expect(messages.map(({ data }) => data)).to.deep.equal([{ id: 1 }, { id: 2 }])
      expect(contexts.size).to.equal(1)
    })

    it('passes symbols and all further arguments through', () => {
      app.use('messages', plain())
      watch(app)
      const name = Symbol('event')
      const seen: unknown[][] = []
      for (const event of [name, 'created']) service(app).on(event, (...args) => seen.push(args))
      service(app).emit(name, 1, 2, 3)
      service(app).emit('created', 1, undefined, 3)
      expect(seen).to.deep.equal([
        [1, 2, 3],
        [1, undefined, 3]
      ])
    })

    it('lets nothing of an authentication service out or in, under any path', () => {
      app.use('authentication', plain({ createAccessToken: () => 'token' }))
      const { events, messages, errors } = watch(app)
      app.use('login', app.service('authentication'))
      app.use('own', plain({ createAccessToken: () => 'token' }))
      for (const path of ['authentication', 'login', 'own']) {
        const seen = record(service(app, path))
        service(app, path).emit('created', { accessToken: 'secret' })
        events.deliver({ event: 'created', path, data: 'forged' }, true)
        expect(seen).to.deep.equal([{ accessToken: 'secret' }])
        service(app, path).removeAllListeners()
      }
      expect(messages).to.deep.equal([])
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['unknown', 'unknown', 'unknown'])
    })
  })

  describe('paths', () => {
    it('keeps parameters in a nested path', () => {
      const [one, two] = linkApps(2, (app) => app.use('users/:id/messages', plain())) as [Linked, Linked]
      const seen = record(service(two.app, 'users/:id/messages'))
      service(one.app, 'users/:id/messages').emit('created', 1)
      expect(seen).to.deep.equal([1])
    })

    it('knows the root path', () => {
      const [one, two] = linkApps(2, (app) => app.use('/', plain())) as [Linked, Linked]
      const seen = record(service(two.app, '/'))
      service(one.app, '/').emit('created', 1)
      expect(seen).to.deep.equal([1])
    })

    it('delivers once for a registered service that is under a second path', () => {
      const [one, two] = linkApps(2, (app) => {
        app.use('messages', plain())
        app.use('alias', app.service('messages'))
      }) as [Linked, Linked]
      const [here, there] = [record(service(one.app)), record(service(two.app, 'alias'))]
      service(one.app).emit('created', 1)
      service(one.app, 'alias').emit('created', 2)
      expect(here).to.deep.equal([1, 2])
      expect(there).to.deep.equal([1, 2])
      expect([one.sent.length, two.sent.length]).to.deep.equal([2, 0])
    })

    it('delivers once for one emitter object that is used twice', () => {
      const [one, two] = linkApps(2, (app) => {
        const object = Object.assign(new EventEmitter(), { create })
        app.use('messages', object as never)
        app.use('alias', object as never)
      }) as [Linked, Linked]
      const [here, there] = [record(service(one.app)), record(service(two.app, 'alias'))]
      service(one.app).emit('created', 1)
      service(one.app, 'alias').emit('created', 2)
      expect(here).to.deep.equal([1, 2])
      expect(there).to.deep.equal([1, 2])
    })

    it('keeps the events of a service that is no longer used here', async () => {
      app.use('messages', plain())
      const { messages } = watch(app)
      const gone = service(app)
      const seen = record(gone)
      await app.unuse('messages')
      gone.emit('created', 1)
      app.use('messages', plain())
      gone.emit('created', 2)
      service(app).emit('created', 3)
      expect(seen).to.deep.equal([1, 2])
      expect(messages.map(({ data }) => data)).to.deep.equal([3])
    })

    it('follows a service to another path', async () => {
      app.use('messages', plain())
      const { messages } = watch(app)
      app.use('moved', (await app.unuse('messages')) as never)
      service(app, 'moved').emit('created', 1)
      expect(names(messages)).to.deep.equal(['moved created'])
    })

    it('reports an event for a service that is not there any more, and delivers to the next of that path', async () => {
      const [one, two] = linkApps(2, (app) => app.use('messages', plain())) as [Linked, Linked]
      await two.app.unuse('messages')
      service(one.app).emit('created', 1)
      expect(two.errors.map(({ kind }) => kind)).to.deep.equal(['unknown'])
      two.app.use('messages', plain())
      const seen = record(service(two.app))
      service(one.app).emit('created', 2)
      expect(seen).to.deep.equal([2])
    })

    it('does not make a service of an unknown path, where the application has a default service', () => {
      const made: string[] = []
      app.defaultService = (path) => {
        made.push(path)
        return plain()
      }
      const { events, errors } = watch(app)
      events.deliver({ event: 'created', path: 'unknown', data: 1 }, true)
      expect(made).to.deep.equal([])
      expect(errors[0]?.message).to.equal(
        "feathers-sync: an event came in that is not known here: 'unknown' 'created'"
      )
    })
  })

  describe('sub-applications', () => {
    const mount = (app: Application, sub = feathers()) => {
      sub.use('messages', plain())
      return app.use('sub', sub as never)
    }

    it('syncs the services of one under their path in the outer application', async () => {
      const [one, two] = linkApps(2, mount) as [Linked, Linked]
      const calls: HookContext[] = []
      service(two.app, 'sub/messages').on('created', (_data, context) => calls.push(context))
      const own: HookContext[] = []
      service(one.app, 'sub/messages').on('created', (_data, context) => own.push(context))
      await service(one.app, 'sub/messages').create({ text: 'hi' })
      expect(one.sent[0]?.path).to.equal('sub/messages')
      expect(calls).to.have.length(1)
      expect(own[0]?.path).to.equal('messages')
      expect(calls[0]?.path).to.equal('messages')
      expect(calls[0]?.app).not.to.equal(two.app)
      expect(calls[0]?.service).to.equal(service(two.app, 'sub/messages'))
    })

    it('delivers once where both have a sync', () => {
      const inner: Application[] = []
      const subs = linkApps(2, (sub) => {
        sub.use('messages', plain())
        inner.push(sub)
      })
      const [one, two] = linkApps(2, (app) => app.use('sub', inner.shift() as never)) as [Linked, Linked]
      const [here, there] = [one, two].map(({ app }) => record(service(app, 'sub/messages')))
      service(one.app, 'sub/messages').emit('created', 1)
      expect(here).to.deep.equal([1])
      expect(there).to.deep.equal([1])
      expect([...subs, one, two].map(({ sent, errors }) => [sent.length, errors.length])).to.deep.equal([
        [1, 0],
        [0, 0],
        [0, 0],
        [0, 0]
      ])
    })
  })

  describe('services that are emitters of their own', () => {
    class Ticker extends EventEmitter {
      create = create
      tick(): void {
        this.emit('created', 'tick')
      }
    }

    it('syncs an EventEmitter class, also what its methods emit', () => {
      const [one, two] = linkApps(2, (app) => app.use('messages', new Ticker() as never)) as [Linked, Linked]
      const seen = record(service(two.app))
      service(one.app).emit('created', 1)
      ;(service(one.app) as unknown as Ticker).tick()
      expect(seen).to.deep.equal([1, 'tick'])
    })

    it('does not see what the object behind emits on itself: its own listeners here do', () => {
      const ticker = new Ticker()
      app.use('messages', ticker as never)
      const { messages } = watch(app)
      const seen = record(service(app))
      ticker.tick()
      expect(seen).to.deep.equal(['tick'])
      expect(messages).to.deep.equal([])
    })

    it("uses a class's own emit, for local and for remote events", () => {
      class Loud extends EventEmitter {
        create = create
        override emit(event: string | symbol, ...args: unknown[]): boolean {
          return super.emit(event, `${args[0]}!`, ...args.slice(1))
        }
      }
      const [one, two] = linkApps(2, (app) => app.use('messages', new Loud() as never)) as [Linked, Linked]
      const [here, there] = [record(service(one.app)), record(service(two.app))]
      expect(service(one.app).emit('created', 'hi')).to.equal(true)
      expect(here).to.deep.equal(['hi!'])
      expect(there).to.deep.equal(['hi!'])
    })
  })

  describe('constructor', () => {
    it('refuses an application that has one', () => {
      watch(app)
      expect(() => watch(app)).to.throw(
        'Only one type of feathers-sync can be configured on the same application'
      )
    })
  })

  describe('deliver', () => {
    it('never throws, whatever it gets', () => {
      app.use('messages', plain())
      const { events, errors } = watch(app)
      const unprintable = { toString: 1 }
      const strange = [null, undefined, 7, 'text', [], {}, { event: unprintable, path: unprintable }]
      for (const message of strange) events.deliver(message as never, true)
      expect(errors.map(({ kind }) => kind)).to.deep.equal(strange.map(() => 'unknown'))
    })

    it('shows no control characters of what came in, and only its beginning', () => {
      const { events, errors } = watch(app)
      events.deliver({ event: 'a'.repeat(9999), path: 'line\nbreak\u001b[2J', data: 1 }, true)
      expect(errors[0]?.message).to.match(/^[ -~]{100,300}$/)
    })
  })
})
