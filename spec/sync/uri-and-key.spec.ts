import { expect } from 'chai'
import { BUILT_IN, type BuiltIn, builtIn } from '../../lib/sync/built-in.js'
import type { SyncOptions } from '../../lib/sync/options.js'
import { checkBuiltIn, resolveOptions } from '../../lib/sync/options.js'

const SECRET = 's3cret'

describe('checkBuiltIn, of a URI and a key', () => {
  const check = (options: SyncOptions) => {
    const resolved = resolveOptions(options)
    checkBuiltIn(resolved, builtIn(resolved.adapter) as BuiltIn)
  }

  it('takes every scheme of the adapter', () => {
    for (const { schemes } of BUILT_IN) {
      for (const adapter of schemes) {
        check({ adapter })
        const host = adapter === 'ipc' ? '' : 'localhost'
        for (const scheme of schemes) check({ adapter, uri: `${scheme}://${host}` })
      }
    }
  })

  it('refuses the scheme of another, without its credentials', () => {
    expect(() => check({ adapter: 'redis', uri: `nats://me:${SECRET}@localhost` })).to.throw(
      TypeError,
      'the `uri` option of the redis adapter has to start with redis: or rediss: or valkey: or valkeys:, got nats://me:***@localhost'
    )
    expect(() => check({ adapter: 'ipc', uri: 'something://x' })).to.throw(TypeError, 'start with ipc:, got')
  })

  const malformed: [uri: string, problem: RegExp][] = [
    [
      'redis://a,b',
      /has to name one server: a cluster is given as `redisOptions: \{ rootNodes.*sentinelRootNodes/
    ],
    ['redis://a:1,b:2', /has to name one server/],
    [`redis://me:${SECRET}@a,me:${SECRET}@b`, /has to name one server/],
    ['redis://a,redis://b', /has to name one server/],
    [`nats://me:${SECRET}@a,me:${SECRET}@b`, /a comma that may stand between two servers .*%2C/],
    [`nats://a:4222,me:${SECRET}@b`, /a comma that may stand/],
    [`nats://${SECRET},x@b`, /a comma that may stand/],
    [`nats://[::1]:4222,me:${SECRET}@b`, /a comma that may stand/],
    ['amqp://a/one,b:5673/two', /a comma that may stand/],
    ['amqp://a/vhost,b', /in a user name, password or path a comma is written %2C/],
    ['amqp://a?heartbeat=1,b', /a comma that may stand/],
    ['nats://a,', /a server without a host in its list/],
    ['nats://a, ,b', /a server without a host/],
    ['amqp://,b/vhost', /a server without a host/],
    [`amqp://me:${SECRET}@,b`, /a server without a host/],
    ['nats://a,,nats://b', /a server without a host/],
    [`amqp://a,redis://me:${SECRET}@b`, /has to start with amqp: or amqps:/],
    ['nats://a,nats://b:99999', /port from 1 to 65535/],
    ['nats://a:1,b:0', /has the port 0/],
    [`amqp://a,amqp://me:${SECRET}%zz@b`, /not percent-encoded correctly/],
    ['amqp:127.0.0.1:5673', /needs two slashes/],
    ['nats:localhost', /needs two slashes/],
    ['valkey:/localhost', /needs two slashes/],
    [`redis://raw:${SECRET}%zz@host`, /not percent-encoded correctly/],
    [`nats://${SECRET}%@host`, /not percent-encoded correctly/],
    ['amqp://host/%zz', /not percent-encoded correctly/],
    [`rediss://me:1/${SECRET}@host`, /in a user name or password, \/ is written %2F/],
    [`amqp://me:1#${SECRET}@host`, /in a user name or password/],
    [`redis://me:${SECRET}#PW@host`, /# is %23/],
    [`redis://me:${SECRET}/PW@host`, /\/ is written %2F/],
    [`nats://me:${SECRET}?PW@host`, /\? is %3F/],
    [`amqp://me:${SECRET}#PW@host:5672/vhost`, /# is %23/],
    ['redis://host:99999', /port from 1 to 65535/],
    [`amqp://me:${SECRET}@host:70000/vhost`, /port from 1 to 65535/],
    ['nats://[::1]:65536', /port from 1 to 65535/],
    ['redis:///path', /a path that is no number of a database/],
    ['redis://host/1/2', /a path that is no number of a database/],
    ['nats://host:0', /has the port 0/],
    ['ipc://tmp/hub.sock', /would be a host/],
    ['ipc:hub.sock', /not the absolute path of a file/]
  ]
  for (const [uri, problem] of malformed) {
    it(`refuses ${uri.replaceAll(SECRET, '…')}, saying what to do`, () => {
      expect(() => check({ uri }))
        .to.throw(TypeError, problem)
        .with.property('message')
        .not.contain(SECRET)
    })
  }

  const lists: [uris: string[], problem: RegExp][] = [
    [
      ['redis://a', `redis://me:${SECRET}@b`],
      /redis adapter has to be one URI, not a list: a cluster is given as .*rootNodes/
    ],
    [['valkey://a'], /has to be one URI, not a list/],
    [
      ['ipc:', 'ipc:'],
      /ipc adapter has to be one URI, not a list: the processes of a machine meet at one socket/
    ],
    [['amqp://a', `redis://me:${SECRET}@b`], /amqp adapter has to start with amqp: or amqps:/],
    [['nats://a', 'b:4222'], /has to start with nats:/],
    [['nats://a', SECRET], /has to be a URI such as/],
    [['nats://a', 'nats:b'], /needs two slashes/],
    [['nats://a', 'nats://'], /a server without a host/],
    [['amqp://a,amqp://b', 'amqp://c:port'], /has to be a URI such as/],
    [['amqp://a', `amqp://me:${SECRET}/@b`], /has an @ behind its host/]
  ]
  for (const [uris, problem] of lists) {
    it(`refuses [${uris.join(' ').replaceAll(SECRET, '…')}], saying what to do`, () => {
      expect(() => check({ uri: uris }))
        .to.throw(TypeError, problem)
        .with.property('message')
        .not.contain(SECRET)
    })
  }

  it('takes several servers of one kind', () => {
    for (const scheme of ['amqp', 'nats']) {
      check({ uri: [`${scheme}://a`] })
      check({ uri: [`${scheme}://a:1`, `${scheme}://me:p%2Cw@b:2`] })
      check({ uri: `${scheme}://a:1,${scheme}://me:p%2Cw@b:2` })
      check({ uri: `${scheme}://me:pw@a:1,b:2,[::1]:3/` })
      check({ uri: `${scheme}://me:p,w@a , ${scheme}://b` })
    }
    check({ uri: ['amqp://a', 'amqps://b/vhost'] })
    expect(resolveOptions({ uri: ['amqps://a', 'amqp://b'] }).adapter).to.equal('amqps')
  })

  it('takes what is well formed', () => {
    for (const uri of [
      'redis:',
      'redis://',
      'redis://h/2',
      'redis://h:1/',
      'rediss://a%2C:b%2F@h',
      'nats://[::1]:4222'
    ])
      check({ uri })
    for (const uri of ['amqp://h/%2f', 'amqp://u:p,q@h/my%20host', 'amqp:', 'amqp://h/a/b', 'nats://token@h'])
      check({ uri })
    for (const uri of ['ipc:', 'ipc://', 'ipc:///run/app@2/hub.sock']) check({ uri })
  })

  const keys: Record<string, { taken: string[]; refused: string[] }> = {
    redis: { taken: ['my app', '*', '\r\n', 'ä'.repeat(5000)], refused: [] },
    ipc: { taken: ['my app', '*', '\r\n', '../..'], refused: [] },
    nats: {
      taken: ['my-app', 'a.b', 'ä', 'a$b', 'k'.repeat(4000)],
      refused: [
        'my app',
        'a\r\nPUB b 0',
        'a\tb',
        '*',
        'a.>',
        'a*',
        '.a',
        'a.',
        'a..b',
        '$SYS',
        'a\0',
        'a\u00a0b',
        'k'.repeat(4001)
      ]
    },
    amqp: {
      taken: ['my app', '*', 'amq', 'k'.repeat(255)],
      refused: ['amq.fanout', 'k'.repeat(256), 'ä'.repeat(128), 'a\nb']
    }
  }
  for (const [adapter, { taken, refused }] of Object.entries(keys)) {
    it(`${adapter}: takes ${taken.length} keys and refuses ${refused.length}, with the reason`, () => {
      for (const key of taken) check({ adapter, key })
      for (const key of refused) {
        expect(() => check({ adapter, key }), JSON.stringify(key)).to.throw(
          TypeError,
          /^`key` option provided to feathers-sync has to be (a NATS subject: without|the name of an exchange: at most)/
        )
      }
    })
  }

  it('refuses a URI that can’t be parsed, without its credentials', () => {
    expect(() => check({ uri: `redis://me:${SECRET}@localhost:port` })).to.throw(
      TypeError,
      'the `uri` option has to be a URI such as redis://localhost:6379, got redis:***'
    )
  })
})
