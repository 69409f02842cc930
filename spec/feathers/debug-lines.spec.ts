import { format } from 'node:util'
import { expect } from 'chai'
import createDebug from 'debug'
import sinon from 'sinon'
import { SYNC } from '../../lib/index.js'
import { linkApps } from '../applications/linked.js'
import { plain, service } from './services.js'

describe('DEBUG=feathers-sync:events', () => {
  let log: sinon.SinonStub
  let former: string

  beforeEach(() => {
    former = createDebug.disable()
    createDebug.enable('feathers-sync:events')
    log = sinon.stub(createDebug, 'log')
  })
  afterEach(() => {
    log.restore()
    createDebug.disable()
    createDebug.enable(former)
  })

  const lines = () => log.args.map((args) => format(...args).replace(/^.*feathers-sync:events /, ''))

  const emit = (options: object, event = 'created', context?: object, methods = {}) => {
    const [one] = linkApps(2, (app) => app.use('messages', plain(methods)), undefined, options)
    if (one) service(one.app, 'messages').emit(event, { id: 1 }, context)
  }

  it('says what is sent, and what comes in', () => {
    emit({})
    expect(lines().map((line) => line.replace(/ \+\d+ms$/, ''))).to.deep.equal([
      'in: messages created',
      'out: messages created'
    ])
  })

  const CASES: [why: string, ...Parameters<typeof emit>][] = [
    ['as the `filter` option excludes it', { filter: () => false }],
    ["as `mode` is 'receive'", { mode: 'receive' }],
    ['as the `services` option excludes it', { services: { messages: { send: false } } }],
    ['as the `services` option excludes it', { services: { '*': { events: ['removed'] } } }],
    ['as `context[SYNC]` is false', {}, 'created', { [SYNC]: false }],
    ['which is not in the `events` of the service', {}, 'typing'],
    [
      'as events of an authentication service never are',
      {},
      'created',
      {},
      { createAccessToken: () => 'token' }
    ]
  ]
  it('says that an event is not sent, as the `sync` option of the service excludes it', () => {
    const [one] = linkApps(1, (app) => app.use('messages', plain(), { sync: false }))
    if (one) service(one.app, 'messages').emit('created', { id: 1 })
    const why = 'as the `sync` option of the service excludes it'
    expect(lines().join()).to.include(`not sent: messages created, ${why}`)
  })

  it('says that an event which came in is not delivered', () => {
    emit({ services: { messages: { receive: false } } })
    const why = 'as the `services` option excludes it'
    expect(lines().join()).to.include(`not delivered: messages created, ${why}`)
  })

  for (const [why, ...event] of CASES) {
    it(`says that an event is not sent, ${why}`, () => {
      emit(...event)
      expect(lines().join()).to.include(`not sent: messages ${event[1] ?? 'created'}, ${why}`)
    })
  }
})
