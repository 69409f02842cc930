import type { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { contextFrom, contextToSend } from '../lib/hook-context.js'

type Service = EventEmitter & { hooks(hooks: object): void } & Record<
    'create' | 'update' | 'patch' | 'remove' | 'archive',
    (...args: unknown[]) => Promise<unknown>
  >
type Context = HookContext & Record<string, unknown>

/** The same application, as any instance has it. */
function createApp(): Application {
  const echo = async (value: unknown) => value
  const withId = async (id: unknown, data?: unknown) => ({ id, data })
  const service = { create: echo, update: withId, patch: withId, remove: withId, archive: echo }
  return feathers().use('messages', service as never, {
    methods: ['create', 'update', 'patch', 'remove', 'archive'],
    events: ['archived']
  })
}

describe('hook-context', () => {
  let app: Application
  let service: Service
  let contexts: Context[]

  beforeEach(() => {
    app = createApp()
    service = app.service('messages') as never
    contexts = []
    service.hooks({
      around: { all: [async (_context: unknown, next: () => Promise<void>) => next()] }
    })
    for (const event of ['created', 'updated', 'patched', 'removed']) {
      service.on(event, (_data: unknown, context: Context) => contexts.push(context))
    }
  })

  const sent = (context: unknown) => contextToSend(context) as Record<string, unknown>

  describe('contextToSend', () => {
    it('takes all that a hook context has, but what is the own of the instance', async () => {
      await service.create({ text: 'hi' }, { query: { a: 1 }, user: { id: 7 }, clientId: 'x' })
      const message = sent(contexts[0])
      expect(message).to.include({ method: 'create', path: 'messages', event: 'created' })
      expect(message.data).to.deep.equal({ text: 'hi' })
      expect(message.result).to.deep.equal({ text: 'hi' })
      expect(message.params).to.deep.equal({ query: { a: 1 }, user: { id: 7 }, clientId: 'x' })
      expect(message).not.to.have.any.keys('app', 'service', 'self', 'arguments', 'toJSON')
    })

    it('leaves credentials, the connection and the state of resolvers out of params, and the live params as they are', async () => {
      const params = {
        authentication: { accessToken: 'secret' },
        connection: { authentication: { accessToken: 'secret' } },
        headers: { authorization: 'Bearer secret', cookie: 'secret', accept: '*/*' },
        resolve: {} as object,
        provider: 'rest'
      }
      params.resolve = { originalContext: params }
      await service.create({}, params)
      expect(sent(contexts[0]).params).to.deep.equal({ headers: { accept: '*/*' }, provider: 'rest' })
      expect(contexts[0]?.params).to.have.nested.property('headers.cookie', 'secret')
      expect(contexts[0]?.params).to.have.property('connection')
    })

    it('takes what is no object, and lists, as they are', () => {
      for (const value of ['text', 7, true, [1, 2]]) expect(contextToSend(value)).to.equal(value)
    })

    it('takes what toJSON() of a context gives, whatever that is', () => {
      const date = new Date(0)
      expect(contextToSend(date)).to.equal(date.toJSON())
      expect(contextToSend({ toJSON: 'no function', a: 1 })).to.deep.equal({ a: 1 })
      expect(contextToSend({ toJSON: () => ({ a: 1, app: 2 }) })).to.deep.equal({ a: 1 })
    })

    it('takes params that are no object, and headers that are none', () => {
      expect(contextToSend({ params: null })).to.deep.equal({ params: null })
      expect(contextToSend({ params: { headers: 'none' } })).to.deep.equal({ params: { headers: 'none' } })
    })

    it('throws for a dispatch that JSON would drop or make falsy: the raw result would be shown', () => {
      const lost = [
        () => 'a function',
        Symbol('a symbol'),
        Number.POSITIVE_INFINITY,
        { toJSON: () => undefined },
        { toJSON: () => null, secret: 1 },
        { toJSON: () => '' },
        Object(false),
        Object('')
      ]
      for (const dispatch of lost) {
        expect(() => contextToSend({ dispatch }), String(typeof dispatch)).to.throw(
          /context\.dispatch .* lost/
        )
      }
    })

    it('takes a dispatch that is falsy here too, and each that JSON keeps', () => {
      const kept = [undefined, null, false, 0, '', 'text', 7, true, [], {}, [null], new Date(0)]
      kept.push(Object.create(null), new Map(), { toJSON: () => ({ safe: true }) })
      for (const dispatch of kept) {
        expect(contextToSend({ dispatch }), String(typeof dispatch)).to.have.property('dispatch', dispatch)
      }
      expect(() => contextToSend({ dispatch: Number.NaN })).not.to.throw()
    })
  })

  describe('contextFrom', () => {
    let other: Application
    const received = (context: unknown) =>
      contextFrom(
        JSON.parse(JSON.stringify(contextToSend(context))),
        other.service('messages'),
        other
      ) as Context

    beforeEach(() => {
      other = createApp()
    })

    const calls: ['create' | 'update' | 'patch' | 'remove', unknown[]][] = [
      ['create', [{ text: 'hi' }, { query: { a: 1 } }]],
      ['create', [[{ text: 'one' }, { text: 'two' }]]],
      ['update', [1, { text: 'hi' }, { user: { id: 1 } }]],
      ['patch', [null, { text: 'hi' }, {}]],
      ['remove', ['1', { query: {} }]]
    ]
    for (const [method, args] of calls) {
      it(`makes a real hook context of ${method}(${JSON.stringify(args).slice(1, -1)})`, async () => {
        await service[method](...args)
        const [own, remote] = [contexts[0] as Context, received(contexts[0])]
        expect(remote.app).to.equal(other)
        expect(remote.service).to.equal(other.service('messages'))
        expect(remote).to.have.property('self', other.service('messages'))
        expect(remote.arguments).to.deep.equal(own.arguments)
        const names = [
          'path',
          'method',
          'type',
          'event',
          'id',
          'data',
          'params',
          'result',
          'statusCode',
          'http'
        ]
        for (const name of names) expect(remote[name], name).to.deep.equal(own[name])
        expect(Object.keys(remote.toJSON()).sort()).to.include.members(Object.keys(own.toJSON()).sort())
      })
    }

    it('keeps what hooks have set: dispatch, statusCode with http, and more', async () => {
      service.hooks({
        after: {
          create(context: Context) {
            context.dispatch = { safe: true }
            context.statusCode = 202
            context.mark = { deep: ['value'] }
          }
        }
      })
      await service.create({ text: 'hi' })
      const remote = received(contexts[0])
      expect(remote).to.deep.include({
        dispatch: { safe: true },
        http: { status: 202 },
        mark: { deep: ['value'] }
      })
      expect(remote.statusCode).to.equal(202)
    })

    it('sets a custom statusCode where there is no http, and no http where there is none', async () => {
      const target = other.service('messages')
      const message = { method: 'create', path: 'messages' }
      expect(contextFrom({ ...message, statusCode: 201 }, target, other)).to.have.nested.property(
        'http.status',
        201
      )
      expect(contextFrom({ ...message, statusCode: undefined }, target, other)).not.to.have.property('http')
    })

    it('makes a real context of a custom method', async () => {
      service.on('archived', (_data: unknown, context: Context) => contexts.push(context))
      service.hooks({
        after: { archive: (context: Context) => service.emit('archived', context.result, context) }
      })
      await service.archive({ id: 1 }, { query: { b: 2 } })
      const remote = received(contexts[0])
      expect(remote).to.include({ method: 'archive', path: 'messages' })
      expect(remote.params).to.deep.equal({ query: { b: 2 } })
      expect(remote.app).to.equal(other)
    })

    it('always has params', () => {
      const context = contextFrom({ method: 'create', path: 'messages' }, other.service('messages'), other)
      expect(context).to.have.deep.property('params', {})
    })

    it('gives a context that no service method made its app and service', () => {
      for (const plain of [{ my: 1 }, { my: 1, method: 'create' }, { my: 1, path: 'x' }]) {
        const context = contextFrom(plain, other.service('messages'), other)
        expect(context).to.deep.equal({ ...plain, app: other, service: other.service('messages') })
      }
    })

    it('takes what is no object, and lists, as they are', () => {
      const list = [1, 2]
      expect(contextFrom(list, other.service('messages'), other)).to.equal(list)
      expect(contextFrom('text', other.service('messages'), other)).to.equal('text')
    })

    describe('with a hostile context', () => {
      const evil = '"app":"evil","service":"evil","self":"evil","arguments":["evil"],"toJSON":"evil"'
      const proto = '"__proto__":{"app":"evil","polluted":true},"constructor":"evil","hasOwnProperty":"evil"'
      const methods = ['create', 'constructor', '__proto__', 'hooks', 'emit', 'nonsense', '', 7, null, {}]
      for (const method of methods) {
        it(`keeps its own app and service for method ${JSON.stringify(method)}`, () => {
          const text = `{"path":"messages","method":${JSON.stringify(method)},${evil},${proto},"data":{"get":1}}`
          const target = other.service('messages')
          const context = contextFrom(JSON.parse(text), target, other) as Context
          expect(context.app).to.equal(other)
          expect(context.service).to.equal(target)
          expect(context).not.to.have.property('polluted')
          expect(context.constructor).to.be.a('function')
          expect(context.self === undefined || context.self === target).to.equal(true)
          expect(Object.hasOwn(context, '__proto__')).to.equal(false)
          expect(() => JSON.stringify(contextToSend(context))).not.to.throw()
        })
      }
    })
  })
})
