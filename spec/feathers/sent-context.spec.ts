import { expect } from 'chai'
import { type Context, createService, type Service, sentContext } from './contexts.js'

describe('contextToSend', () => {
  let service: Service
  let contexts: Context[]

  beforeEach(() => {
    ;({ service, contexts } = createService())
  })

  const sent = (context: unknown, data?: unknown) => sentContext(context, data) as Record<string, unknown>

  it('takes all that a hook context has, but what is the own of the instance', async () => {
    await service.create({ text: 'hi' }, { query: { a: 1 }, user: { id: 7 }, clientId: 'x' })
    const message = sent(contexts[0])
    expect(message).to.include({ method: 'create', path: 'messages', event: 'created' })
    expect(message.data).to.deep.equal({ text: 'hi' })
    expect(message.result).to.deep.equal({ text: 'hi' })
    expect(message.params).to.deep.equal({ query: { a: 1 }, user: { id: 7 }, clientId: 'x' })
    expect(message).not.to.have.any.keys('app', 'service', 'self', 'arguments', 'toJSON')
  })

  it('leaves credentials, also of the connection, and the state of resolvers out of params, and the live params as they are', async () => {
    const params = {
      authentication: { accessToken: 'secret' },
      connection: { authentication: { accessToken: 'secret' } },
      headers: { authorization: 'Bearer secret', cookie: 'secret', accept: '*/*' },
      resolve: {} as object,
      provider: 'rest'
    }
    params.resolve = { originalContext: params }
    await service.create({}, params)
    expect(sent(contexts[0]).params).to.deep.equal({
      headers: { accept: '*/*' },
      provider: 'rest',
      connection: {}
    })
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

  describe('with the `context` option', () => {
    it('takes what it returns, given the live context', () => {
      const context = { params: { user: { password: 'p' } }, method: 'create' }
      const choose = (live: unknown) => {
        expect(live).to.equal(context)
        return { all: context.params.user }
      }
      expect(sentContext(context, 1, { choose })).to.deep.equal({
        method: 'create',
        all: { password: 'p' }
      })
    })

    it('takes nothing for undefined', () => {
      expect(sentContext({ method: 'create' }, 1, { choose: () => undefined })).to.equal(undefined)
    })

    it('leaves the own of the instance here, also where it returns the context itself', async () => {
      await service.create({ text: 'hi' }, { authentication: { accessToken: 'chosen' } })
      const context = contexts[0] as Context
      const message = sentContext(context, context.result, { choose: (live) => live }) as Context
      expect(message).not.to.have.any.keys('app', 'service', 'self', 'arguments', 'toJSON')
      expect(message.params.authentication).to.deep.equal({ accessToken: 'chosen' })
    })

    it('throws for a dispatch that it returns and that cannot be sent', () => {
      expect(() => sentContext({}, 1, { choose: () => ({ dispatch: () => {} }) })).to.throw(
        /context\.dispatch/
      )
    })

    it('throws what it throws', () => {
      const choose = () => {
        throw new Error('not my day')
      }
      expect(() => sentContext({}, 1, { choose })).to.throw('not my day')
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
