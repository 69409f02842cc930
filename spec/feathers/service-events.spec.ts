import { EventEmitter } from 'node:events'
import { format } from 'node:util'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import createDebug from 'debug'
import sinon from 'sinon'
import { type Linked, linkApps } from '../applications/linked.js'
import { create, plain, record, service, watch } from './services.js'

describe('ServiceEvents', () => {
  let app: Application

  beforeEach(() => {
    app = feathers()
  })

  it('makes no hook context of an event from elsewhere that nobody here listens to', () => {
    app.use('messages', plain())
    const { events } = watch(app)
    const createContext = sinon.spy(
      app.service('messages').create,
      'createContext' as never
    ) as sinon.SinonSpy
    const message = {
      event: 'created',
      path: 'messages',
      data: {},
      context: { path: 'messages', method: 'create' }
    }
    events.deliver(message, true)
    expect(createContext.callCount).to.equal(0)
    app.service('messages').on('created', () => {})
    events.deliver(message, true)
    expect(createContext.callCount).to.equal(1)
  })

  it('reports an unknown event each time, by one error', () => {
    app.use('messages', plain())
    const { events, errors } = watch(app)
    const deliver = (path: string, event: string) => events.deliver({ event, path, data: {} }, true)
    for (let time = 0; time < 3; time += 1) deliver('users', 'created')
    deliver('messages', 'liked')
    expect(errors.map(({ kind }) => kind)).to.deep.equal(Array(4).fill('unknown'))
    expect(new Set(errors).size).to.equal(2)
    expect(errors[3]?.message).to.include("'messages' 'liked'")
    // There may be any number of names.
    for (let index = 0; index < 2000; index += 1) deliver(`path-${index}`, 'created')
    expect(errors.at(-1)?.message).to.include("'path-1999' 'created'")
    deliver('path-1999', 'created')
    expect(errors.at(-1)).not.to.equal(errors.at(-2))
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

    it('shows with DEBUG the events that are not sent as their names are not declared', () => {
      const log = sinon.stub(createDebug, 'log')
      createDebug.enable('feathers-sync:events')
      try {
        app.use('messages', plain(), { events: ['liked'] })
        watch(app)
        for (const event of ['liked', 'likd']) service(app).emit(event, 1)
      } finally {
        createDebug.disable()
        log.restore()
      }
      expect(log.args.map((args) => format(...args))).to.have.length(1)
      expect(format(...(log.firstCall.args as []))).to.include('not sent: messages likd')
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
      expect(errors).to.deep.equal([]) // feathers-sync 3 sends them
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
