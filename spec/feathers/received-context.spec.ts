import type { Application } from '@feathersjs/feathers'
import { expect } from 'chai'
import { contextFrom } from '../../lib/feathers/received-context.js'
import { type Context, createApp, createService, type Service, sentContext } from './contexts.js'

describe('contextFrom', () => {
  let service: Service
  let contexts: Context[]

  beforeEach(() => {
    ;({ service, contexts } = createService())
    other = createApp()
  })

  const sent = (context: unknown, data?: unknown) => sentContext(context, data) as Record<string, unknown>

  let other: Application
  const received = (context: Context = {} as Context) =>
    contextFrom(
      JSON.parse(JSON.stringify(sent(context, context.result))),
      other.service('messages'),
      other
    ) as Context

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
