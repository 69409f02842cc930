import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import { expect } from 'chai'
import { sentContext } from './contexts.js'

describe('contextToSend by default', () => {
  const sent = (context: unknown, data?: unknown) => sentContext(context, data) as Record<string, unknown>

  /** Everything that may be secret says so. */
  const secret = 'SECRET'
  const expectSafe = (context: object, expected: object, data?: unknown) => {
    const before = inspect(context, { depth: 9 })
    const message = sent(context, data)
    expect(message).to.deep.equal(expected)
    expect(JSON.stringify(message)).not.to.include(secret)
    expect(inspect(context, { depth: 9 }), 'the live context').to.equal(before)
  }

  it('excludes credentials, requests and responses of params, and what of the connection is private', () => {
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
    const connection = { headers: {} }
    expectSafe({ params }, { params: { provider, query, route, clientId, connection } })
  })

  it('excludes secret headers, whatever their case', () => {
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

  it('excludes functions, symbols, sockets, streams and what contains them', () => {
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

  it('excludes secret fields of the user, at any depth', () => {
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

  it('excludes passwords wherever they are', () => {
    const account = { id: 1, password: secret }
    expectSafe(
      { password: secret, mark: account, params: { account, query: { password: secret } } },
      { mark: { id: 1 }, params: { account: { id: 1 }, query: {} } }
    )
  })

  it("excludes secret fields of data and result, at any depth, where they are not the event's own", () => {
    const page = { total: 1, data: [{ id: 1, ...secrets }] }
    expectSafe(
      { data: { email: 'a@b.c', ...secrets }, result: page },
      { data: { email: 'a@b.c' }, result: { total: 1, data: [{ id: 1 }] } }
    )
    expectSafe({ data: [secrets, { id: 2 }], result: [secrets] }, { data: [{}, { id: 2 }], result: [{}] })
  })

  it('takes a dispatch whole: clients have to see it', () => {
    const dispatch = {
      id: 1,
      pass: true,
      passwordless: true,
      token: 'x',
      list: [{ pwd: 1, hash: '#', cookie: 2 }]
    }
    expect(sent({ dispatch })).to.deep.equal({ dispatch })
    expect(sent({ dispatch: [dispatch], result: [{ id: 1 }] }, 1)).to.have.deep.property('dispatch', [
      dispatch
    ])
  })

  it("leaves the event's own data as it is, in data, result and the list of results", () => {
    const data = { password: 'shown to the listeners anyway' }
    expect(sent({ data, result: data }, data).data).to.equal(data)
    expect(sent({ data, result: data }, data).result).to.equal(data)
    const list = [{ password: 'another one' }, data]
    expect(sent({ result: list }, data).result).to.equal(list)
  })

  it('excludes the headers of http', () => {
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

  it('loses a circle and what throws alone, and reports it', () => {
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
    const message = sentContext({ params, method: 'create' }, undefined, {
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

  it('loses a field of the context that throws', () => {
    const context = {
      method: 'create',
      get mark() {
        throw new Error('unreadable')
      }
    }
    const lost: unknown[] = []
    expect(sentContext(context, undefined, { lost: (cause) => lost.push(cause) })).to.deep.equal({
      method: 'create'
    })
    expect(lost.map(String)).to.deep.equal(['Error: unreadable'])
  })

  it('loses a getter of params that throws, and reads none that is excluded', () => {
    const params = {
      id: 1,
      get clientId() {
        throw new Error('unreadable')
      },
      get authentication() {
        throw new Error('was read')
      }
    }
    const lost: unknown[] = []
    expect(sentContext({ params }, undefined, { lost: (cause) => lost.push(cause) })).to.deep.equal({
      params: { id: 1 }
    })
    expect(lost).to.have.length(1)
  })
})
