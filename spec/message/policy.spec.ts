import { ObjectId } from 'bson'
import { expect } from 'chai'
import { Policy } from '../../lib/message/policy.js'

describe('Policy', () => {
  const policy = new Policy()
  const params = (value: unknown) => policy.context({ params: value }, ['params'], policy.record(1)).params

  describe('of params', () => {
    it('leaves out secrets, at any depth, also of maps', () => {
      const deep = new Map<unknown, unknown>([
        ['resetToken', 't'],
        ['b', [{ password: 'p', c: 3 }]],
        [7, new Set([{ secret: 's', d: 4 }])]
      ])
      expect(
        params({ password: 'p', apiKey: 'k', query: { $or: [{ token: 't', a: 1 }] }, deep })
      ).to.deep.equal({
        query: { $or: [{ a: 1 }] },
        deep: new Map<unknown, unknown>([
          ['b', [{ c: 3 }]],
          [7, new Set([{ d: 4 }])]
        ])
      })
    })

    it('takes params that are no object as they are', () => {
      for (const value of [null, 'text', 7]) expect(params(value)).to.equal(value)
    })

    it('takes headers and users that are no objects as they are', () => {
      expect(params({ headers: 'none', user: 7 })).to.deep.equal({ headers: 'none', user: 7 })
      expect(params({ headers: null, user: null })).to.deep.equal({ headers: null, user: null })
    })

    it('takes params without a prototype', () => {
      expect(params(Object.assign(Object.create(null), { a: 1, resolve: {} }))).to.deep.equal({ a: 1 })
    })

    it('leaves private headers out of anything that is called headers, and lists of headers', () => {
      const headers = {
        accept: '*/*',
        'X-Session-Id': 's',
        cookie: 'c',
        'x-api-key': 'k',
        authentication: 'a'
      }
      const open = { accept: '*/*' }
      const map = new Map(Object.entries(headers))
      expect(
        params({
          headers,
          proxy: {
            clientHeaders: headers,
            header: map,
            ...{ headers: ['Authorization', 'Bearer t'], id: 1 }
          },
          rawHeaders: ['Cookie', 'c']
        })
      ).to.deep.equal({
        headers: open,
        proxy: { clientHeaders: open, header: new Map(Object.entries(open)), id: 1 }
      })
    })

    it("takes BSON's own types, and no object that pretends to be one", () => {
      const id = new ObjectId()
      expect(params({ id })).to.deep.equal({ id })
      for (const type of ['x', 'ObjectId', 'Long']) {
        const pretender = {
          _bsontype: type,
          password: 'p',
          toHexString: 'x',
          a: [{ _bsontype: type, token: 't' }]
        }
        expect(params({ query: pretender })).to.deep.equal({ query: { toHexString: 'x', a: [{}] } })
      }
    })

    it('loses what is nested too deep, in little time, and reports it', () => {
      let query: object = { password: 'p' }
      for (let depth = 0; depth < 8000; depth += 1) query = { query }
      const lost: unknown[] = []
      const start = performance.now()
      const sent = policy.context({ params: { query, id: 1 } }, ['params'], policy.record(1), (cause) =>
        lost.push(cause)
      )
      expect(performance.now() - start).to.be.below(20)
      expect(JSON.stringify(sent))
        .to.match(/^\{"params":\{"query":\{"query":.*"id":1\}\}$/)
        .and.not.include('password')
      expect(lost.map(String)).to.deep.equal(['TypeError: a value is nested too deep'])
    })
  })

  describe('of the connection', () => {
    it('takes what is not private, and is the same in both', () => {
      const user = { id: 1, password: 'p', org: { id: 7 } }
      const headers = { accept: '*/*', authorization: 'Bearer t' }
      const connection = { provider: 'socketio', headers, user, org: 7, authentication: { accessToken: 't' } }
      const sent = params({ query: {}, route: {}, connection, ...connection, other: 1 }) as Record<
        string,
        unknown
      >
      const open = {
        provider: 'socketio',
        headers: { accept: '*/*' },
        user: { id: 1, org: { id: 7 } },
        org: 7
      }
      expect(sent).to.deep.equal({ query: {}, route: {}, ...open, other: 1, connection: open })
      expect((sent.connection as typeof open).user).to.equal(sent.user)
    })

    it('takes what it has of its own', () => {
      const connection = { user: { id: 1, token: 't' }, org: 7 }
      expect(params({ connection, user: { id: 2 } })).to.deep.equal({
        user: { id: 2 },
        connection: { user: { id: 1 }, org: 7 }
      })
    })

    it('takes none that is no plain object', () => {
      class Spark {
        id = 1
      }
      for (const connection of [new Spark(), null, 'text', [1]]) {
        expect(params({ connection, a: 1 })).to.deep.equal({ a: 1 })
      }
    })
  })
})
