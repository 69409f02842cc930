import { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { type Linked, linkApps } from '../applications/linked.js'
import { create, names, plain, record, service, watch } from './services.js'

describe('ServiceEvents', () => {
  let app: Application

  beforeEach(() => {
    app = feathers()
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

    it('makes the default service of an unknown path, where the application has one, as feathers-sync 3 did', () => {
      const made: string[] = []
      app.defaultService = (path) => {
        made.push(path)
        return plain()
      }
      const heard: unknown[] = []
      app.mixins.push((made) => (made as unknown as EventEmitter).on('created', (data) => heard.push(data)))
      const { events, errors } = watch(app)
      for (const data of [1, 2]) events.deliver({ event: 'created', path: 'rooms/7', data }, true)
      expect(made).to.deep.equal(['rooms/7'])
      expect(heard).to.deep.equal([1, 2])
      for (const path of ['__proto__', 'constructor', 7, undefined, {}]) {
        events.deliver({ event: 'created', path: path as string, data: 1 }, true)
      }
      events.deliver({ event: 'exploded', path: 'rooms/7', data: 1 }, true)
      expect(made).to.deep.equal(['rooms/7'])
      expect(errors.map(({ kind }) => kind)).to.deep.equal(Array(6).fill('unknown'))
    })

    it('reports a default service that throws or is none', () => {
      const { events, errors } = watch(app)
      app.defaultService = (path) => {
        throw new Error(`no ${path}`)
      }
      events.deliver({ event: 'created', path: 'unknown', data: 1 }, true)
      app.defaultService = () => undefined as never
      events.deliver({ event: 'created', path: 'unknown', data: 1 }, true)
      expect(errors[0]?.message).to.include("not known here: 'unknown' 'created': no unknown")
      expect(errors.map(({ kind }) => kind).includes('unknown')).to.equal(true)
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
})
