import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { expect } from 'chai'
import { contextFrom, contextToSend } from '../../lib/feathers/hook-context.js'

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

  const sent = (context: unknown, data?: unknown) => contextToSend(context, data) as Record<string, unknown>

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
      for (const value of ['text', 7, true, [1, 2]]) expect(sent(value)).to.deep.equal(value)
    })

    it('takes what toJSON() of a context gives, whatever that is', () => {
      const date = new Date(0)
      expect(sent(date)).to.equal(date.toJSON())
      expect(sent({ toJSON: 'no function', a: 1 })).to.deep.equal({ a: 1 })
      expect(sent({ toJSON: () => ({ a: 1, app: 2 }) })).to.deep.equal({ a: 1 })
    })

    it('takes params that are no object, and headers that are none', () => {
      expect(sent({ params: null })).to.deep.equal({ params: null })
      expect(sent({ params: { headers: 'none' } })).to.deep.equal({ params: { headers: 'none' } })
    })

    describe('by default', () => {
      /** Everything that may be secret says so. */
      const secret = 'SECRET'
      const expectSafe = (context: object, expected: object, data?: unknown) => {
        const before = inspect(context, { depth: 9 })
        const message = sent(context, data)
        expect(message).to.deep.equal(expected)
        expect(JSON.stringify(message)).not.to.include(secret)
        expect(inspect(context, { depth: 9 }), 'the live context').to.equal(before)
      }

      it('keeps credentials, connections, requests and responses of params here', () => {
        const params = {
          authentication: { strategy: 'jwt', accessToken: secret },
          connection: { headers: { cookie: secret } },
          resolve: { secret },
          req: { secret },
          res: { secret },
          request: { secret },
          response: { secret },
          ctx: { secret },
          provider: 'socketio',
          query: { a: 1 },
          route: { id: 1 },
          clientId: 'x'
        }
        const { provider, query, route, clientId } = params
        expectSafe({ params }, { params: { provider, query, route, clientId } })
      })

      it('keeps secret headers here, whatever their case', () => {
        const names = [
          'authorization',
          'Authorization',
          'proxy-authorization',
          'cookie',
          'set-cookie',
          'x-api-key',
          'x-auth-token',
          'x-csrf-token',
          'X-Session-Id',
          'x-amz-security-token'
        ]
        const secrets = Object.fromEntries(names.map((name) => [name, secret]))
        const headers = { accept: '*/*', 'user-agent': 'mocha', host: 'localhost', ...secrets }
        const rest = { accept: '*/*', 'user-agent': 'mocha', host: 'localhost' }
        expectSafe({ params: { headers } }, { params: { headers: rest } })
      })

      it('keeps functions, symbols, sockets, streams and what holds them here', () => {
        const params = {
          run: () => secret,
          symbol: Symbol(secret),
          socket: new Socket(),
          stream: new PassThrough(),
          emitter: new EventEmitter().on('x', () => {}),
          list: [() => secret, 1],
          deep: { stream: new PassThrough(), name: 'kept' }
        }
        expectSafe({ params }, { params: { list: [null, 1], deep: { name: 'kept' } } })
      })

      const secrets = {
        password: secret,
        passwordHash: secret,
        Passwd: secret,
        pwd: secret,
        secret,
        clientSecret: secret,
        resetToken: secret,
        refresh_token: secret,
        apiKey: secret,
        api_key: secret,
        privateKey: secret,
        salt: secret,
        hash: secret,
        credentials: { secret }
      }

      it('keeps secret fields of the user here, at any depth', () => {
        const user = {
          id: 1,
          email: 'a@b.c',
          hashtag: '#',
          ...secrets,
          local: secrets,
          keys: [{ id: 2, ...secrets }]
        }
        expectSafe(
          { params: { user } },
          { params: { user: { id: 1, email: 'a@b.c', hashtag: '#', local: {}, keys: [{ id: 2 }] } } }
        )
      })

      it('keeps passwords here wherever they are', () => {
        const account = { id: 1, password: secret }
        expectSafe(
          { password: secret, mark: account, params: { account, query: { password: secret } } },
          { mark: { id: 1 }, params: { account: { id: 1 }, query: {} } }
        )
      })

      it("keeps secret fields of data and result here, at any depth, where they are not the event's own", () => {
        const page = { total: 1, data: [{ id: 1, ...secrets }] }
        expectSafe(
          { data: { email: 'a@b.c', ...secrets }, result: page },
          { data: { email: 'a@b.c' }, result: { total: 1, data: [{ id: 1 }] } }
        )
        expectSafe({ data: [secrets, { id: 2 }], result: [secrets] }, { data: [{}, { id: 2 }], result: [{}] })
      })

      it('keeps passwords of a dispatch here, and nothing else: clients have to see it', () => {
        const dispatch = { id: 1, token: 'for clients', list: [{ password: secret, hash: '#' }], pwd: secret }
        expectSafe({ dispatch }, { dispatch: { id: 1, token: 'for clients', list: [{ hash: '#' }] } })
      })

      it("leaves the event's own data as it is, in data, result and the list of results", () => {
        const data = { password: 'shown to the listeners anyway' }
        expect(sent({ data, result: data }, data).data).to.equal(data)
        expect(sent({ data, result: data }, data).result).to.equal(data)
        const list = [{ password: 'another one' }, data]
        expect(sent({ result: list }, data).result).to.equal(list)
      })

      it('keeps the headers of http here', () => {
        expectSafe(
          { http: { status: 201, location: '/1', headers: { 'Set-Cookie': secret } } },
          { http: { status: 201, location: '/1' } }
        )
        expectSafe({ http: secret }, {})
      })

      it('takes whatever values hooks have set', () => {
        const context = {
          mark: 'x',
          count: 0,
          flag: false,
          nothing: null,
          at: new Date(0),
          same: ['data'],
          deep: { a: [1] }
        }
        expectSafe(context, context)
      })

      it('loses a circle and what throws alone, and tells', () => {
        const lost: unknown[] = []
        const user: Record<string, unknown> = { id: 1 }
        user.friends = [user, { id: 2 }]
        const getter = {
          id: 3,
          get name() {
            throw new Error('unreadable')
          }
        }
        const params = { user, getter, query: {} }
        const message = contextToSend({ params, method: 'create' }, undefined, {
          lost: (cause) => lost.push(cause)
        })
        expect(message).to.deep.equal({
          method: 'create',
          params: { user: { id: 1, friends: [null, { id: 2 }] }, getter: { id: 3 }, query: {} }
        })
        expect(lost.map((cause) => (cause as Error).message)).to.have.members([
          'unreadable',
          'a value is circular'
        ])
      })

      it('takes a field of the context that throws for lost', () => {
        const context = {
          method: 'create',
          get mark() {
            throw new Error('unreadable')
          }
        }
        const lost: unknown[] = []
        expect(contextToSend(context, undefined, { lost: (cause) => lost.push(cause) })).to.deep.equal({
          method: 'create'
        })
        expect(lost.map(String)).to.deep.equal(['Error: unreadable'])
      })

      it('takes a getter of params that throws for lost, and asks none that stays home', () => {
        const params = {
          id: 1,
          get clientId() {
            throw new Error('unreadable')
          },
          get connection() {
            throw new Error('was asked')
          }
        }
        const lost: unknown[] = []
        expect(contextToSend({ params }, undefined, { lost: (cause) => lost.push(cause) })).to.deep.equal({
          params: { id: 1 }
        })
        expect(lost).to.have.length(1)
      })
    })

    describe('with the `context` option', () => {
      it('takes what it returns, given the live context', () => {
        const context = { params: { user: { password: 'p' } }, method: 'create' }
        const choose = (live: unknown) => {
          expect(live).to.equal(context)
          return { all: context.params.user }
        }
        expect(contextToSend(context, 1, { choose })).to.deep.equal({
          method: 'create',
          all: { password: 'p' }
        })
      })

      it('takes nothing for undefined', () => {
        expect(contextToSend({ method: 'create' }, 1, { choose: () => undefined })).to.equal(undefined)
      })

      it('leaves the own of the instance here, also where it returns the context itself', async () => {
        await service.create({ text: 'hi' }, { authentication: { accessToken: 'chosen' } })
        const context = contexts[0] as Context
        const message = contextToSend(context, context.result, { choose: (live) => live }) as Context
        expect(message).not.to.have.any.keys('app', 'service', 'self', 'arguments', 'toJSON')
        expect(message.params.authentication).to.deep.equal({ accessToken: 'chosen' })
      })

      it('throws for a dispatch that it returns and that can not travel', () => {
        expect(() => contextToSend({}, 1, { choose: () => ({ dispatch: () => {} }) })).to.throw(
          /context\.dispatch/
        )
      })

      it('throws what it throws', () => {
        const choose = () => {
          throw new Error('not my day')
        }
        expect(() => contextToSend({}, 1, { choose })).to.throw('not my day')
      })
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
        expect(() => sent({ dispatch }), String(typeof dispatch)).to.throw(/context\.dispatch .* lost/)
      }
    })

    it('takes a dispatch that is falsy here too, and each that JSON keeps', () => {
      const kept = [undefined, null, false, 0, '', 'text', 7, true, [], {}, [null], new Date(0)]
      kept.push(new Map([[1, 2]]))
      for (const dispatch of kept) {
        expect(sent({ dispatch }).dispatch, String(typeof dispatch)).to.deep.equal(dispatch)
      }
      expect(sent({ dispatch: { toJSON: () => ({ safe: true }) } }).dispatch).to.deep.equal({ safe: true })
      expect(() => sent({ dispatch: Number.NaN })).not.to.throw()
    })
  })

  describe('contextFrom', () => {
    let other: Application
    const received = (context: Context = {} as Context) =>
      contextFrom(
        JSON.parse(JSON.stringify(sent(context, context.result))),
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
          expect(() => JSON.stringify(sent(context))).not.to.throw()
        })
      }
    })
  })
})
