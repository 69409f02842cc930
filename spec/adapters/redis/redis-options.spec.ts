import { expect } from 'chai'
import { Cluster, Redis } from 'ioredis'
import * as ioredis5 from 'ioredis-5'
import * as redis6 from 'redis'
import * as redis4 from 'redis-4'
import * as redis5 from 'redis-5'
import { familyOf } from '../../../lib/adapters/redis/families.js'
import sync, { type SyncOptions } from '../../../lib/index.js'
import type { RedisSyncOptions } from '../../../lib/sync/options.js'

const rootNodes = [{ url: 'redis://127.0.0.1:1' }]
const sentinels = { name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] }
const lazyConnect = true
const nodes = [{ host: '127.0.0.1', port: 1 }]

describe('redis-options', () => {
  const clients: Record<string, object> = {
    'a client of redis 4': redis4.createClient(),
    'a client of redis 5': redis5.createClient(),
    'a client of redis 6': redis6.createClient(),
    'a cluster of redis 4': redis4.createCluster({ rootNodes }),
    'a cluster of redis 5': redis5.createCluster({ rootNodes }),
    'a cluster of redis 6': redis6.createCluster({ rootNodes }),
    'a Sentinel client of redis 5': redis5.createSentinel(sentinels),
    'a Sentinel client of redis 6': redis6.createSentinel(sentinels),
    'a Redis of ioredis 5': new ioredis5.Redis({ lazyConnect }),
    'a Redis of ioredis 6': new Redis({ lazyConnect }),
    'a Cluster of ioredis 5': new ioredis5.Cluster(nodes, { lazyConnect }),
    'a Cluster of ioredis 6': new Cluster(nodes, { lazyConnect })
  }

  it('knows each kind of client, which no two kinds share', () => {
    const kinds = Object.values(clients).map((client) => familyOf(client)?.create)
    expect(kinds).not.to.include(undefined)
    expect(new Set(kinds).size).to.equal(5)
  })

  for (const [title, client] of Object.entries(clients)) {
    it(`takes ${title}, by either name`, () => {
      for (const name of ['redisClient', 'db']) expect(() => sync.redis({ [name]: client })).not.to.throw()
    })
  }

  const legacy = redis4.createClient({ legacyMode: true }) as redis4.RedisClientType & { v4: object }
  const { duplicate: _, ...incomplete } = { connect() {}, subscribe() {}, on() {}, off() {}, duplicate() {} }
  const mistakes: Record<string, [value: unknown, text: RegExp]> = {
    'a pool of redis 5': [
      redis5.createClientPool(),
      /got a pool: hand in a client, made with createClient\(\)/
    ],
    'a pool of redis 6': [
      redis6.createClientPool(),
      /got a pool: hand in a client, made with createClient\(\)/
    ],
    'a client with `legacyMode`': [legacy, /got a client with `legacyMode`.*made without it/],
    'its `.v4`': [legacy.v4, /got a part of a client, such as `\.v4`.*hand in the client itself/],
    'what legacy() returns': [redis6.createClient().legacy(), /got a part of a client.*the client itself/],
    'a multi of redis 4': [
      redis4.createClient().multi(),
      /got a pipeline or a multi: hand in the client itself/
    ],
    'a multi of redis 6': [
      redis6.createClient().multi(),
      /got a pipeline or a multi: hand in the client itself/
    ],
    'a pipeline of ioredis': [new Redis({ lazyConnect }).pipeline(), /got a pipeline or a multi/],
    'a client of node-redis 3': [
      { send_command() {}, duplicate() {}, publish() {}, on() {} },
      /got a client of node-redis 3 or earlier: hand in one of version 4 or later/
    ],
    'a promise of a client': [Promise.resolve({}), /got a promise: await it before/],
    'a plain object': [{ duplicate() {} }, /got an object that is no such client/],
    'an object with some of the methods': [incomplete, /got an object that is no such client/],
    'a URI': ['redis://:s3cret@localhost', /got a string$/]
  }
  for (const [title, [value, text]] of Object.entries(mistakes)) {
    it(`refuses ${title}, and says what to hand in`, () => {
      for (const name of ['redisClient', 'db']) {
        expect(() => sync.redis({ [name]: value } as RedisSyncOptions))
          .to.throw(TypeError, text)
          .with.property('message')
          .that.matches(new RegExp(`^\`${name}\` option .*createCluster\\(\\).*ioredis`))
      }
    })
  }

  const client = redis6.createClient()
  const wrong: [options: object, text: RegExp][] = [
    [{ rootNodes: [] }, /`redisOptions.rootNodes` has to be an array such as \[\{ url: 'redis:/],
    [{ rootNodes: ['redis://a'] }, /`redisOptions.rootNodes` has to be an array such as/],
    [
      { sentinelRootNodes: [{ host: 'a' }], name: 'main' },
      /`redisOptions.sentinelRootNodes` has to be an array/
    ],
    [
      { sentinelRootNodes: nodes },
      /`redisOptions.sentinelRootNodes` needs the name of the primary.*name: 'mymaster'/
    ],
    [{ ...sentinels, rootNodes }, /`rootNodes`, of a cluster, and `sentinelRootNodes`, of Sentinels/],
    [{ rootNodes, password: 's3cret' }, /`redisOptions.password` has no effect.*`redisOptions.defaults`/],
    [{ ...sentinels, socket: {} }, /`redisOptions.socket` has no effect.*`redisOptions.nodeClientOptions`/]
  ]
  for (const [redisOptions, text] of wrong) {
    it(`refuses redisOptions with ${Object.keys(redisOptions)}: ${text.source.slice(0, 60)}`, () => {
      expect(() => sync.redis({ redisOptions }))
        .to.throw(TypeError, text)
        .with.property('message')
        .that.does.not.include('s3cret')
    })
  }

  it('refuses a uri beside several servers, and several servers as uri', () => {
    const uri = 'redis://localhost'
    expect(() => sync.redis({ uri, redisOptions: { rootNodes } })).to.throw(TypeError, /leave `uri` out/)
    expect(() => sync.redis({ uri, redisOptions: sentinels })).to.throw(TypeError, /leave `uri` out/)
    for (const list of ['redis://a,b', 'redis://a,redis://b', ['redis://a', 'redis://b']]) {
      expect(() => sync({ uri: list } as SyncOptions)).to.throw(TypeError, /rootNodes.*sentinelRootNodes/)
    }
  })

  const twice: [options: RedisSyncOptions, text: RegExp][] = [
    [
      { uri: 'redis://a', redisOptions: { url: 'redis://b' } },
      /`redisOptions.url` and `uri` name two places/
    ],
    [
      { uri: 'rediss://a', redisOptions: { url: 'redis://a' } },
      /`redisOptions.url` and `uri` name two places/
    ],
    [{ uri: 'valkey://a', redisOptions: { socket: { host: 'b' } } }, /`redisOptions.socket.host` and `uri`/],
    [{ uri: 'redis://a', redisOptions: { socket: { path: '/s' } } }, /`redisOptions.socket.path` and `uri`/],
    [{ uri: 'redis://a:1', redisOptions: { socket: { port: 2 } } }, /`redisOptions.socket.port` and `uri`/],
    [{ uri: 'redis://u@a', redisOptions: { username: 's3cret' } }, /`redisOptions.username` and `uri`/],
    [{ uri: 'redis://:x@a', redisOptions: { password: 's3cret' } }, /`redisOptions.password` and `uri`/],
    [
      { uri: 'redis://u:s3cret@a', redisOptions: { credentialsProvider: {} } },
      /`redisOptions.credentialsProvider`/
    ],
    [
      { uri: 'redis://a/1', redisOptions: { database: 2 } },
      /`redisOptions.database` and `uri` name two databases/
    ],
    [
      { redisClient: client, redisOptions: { password: 's3cret' } },
      /`redisOptions` has no effect on `redisClient`/
    ],
    [{ db: client, redisOptions: { RESP: 2 } }, /`redisOptions` has no effect on `db`/],
    [{ redisClient: client, db: client.duplicate() }, /`redisClient` and `db` are two clients/]
  ]
  for (const [options, text] of twice) {
    it(`refuses what can not both be meant: ${text.source}`, () => {
      expect(() => sync.redis(options))
        .to.throw(TypeError, text)
        .with.property('message')
        .that.matches(/leave `\S+` out|leave one of them out/)
        .and.does.not.include('s3cret')
    })
  }

  it('takes what is said twice, and what the URI leaves open', () => {
    const same = { url: 'redis://u:p%2F@[::1]:1/2', username: 'u', password: 'p/', database: 2 }
    const socket = { host: '::1', port: 1 }
    sync.redis({ uri: 'redis://u:p%2F@[::1]:1/2', redisOptions: { ...same, socket } })
    for (const uri of ['redis:', 'redis://', 'valkey:']) {
      sync.redis({ uri, redisOptions: { url: 'redis://b', socket: { path: '/s' } } })
    }
    sync.redis({
      uri: 'redis://a',
      redisOptions: { username: 'u', password: 'p', database: 1, socket: { port: 2 } }
    })
    sync.redis({ uri: 'redis://a', redisClient: client, db: client, redisOptions: { return_buffers: true } })
  })

  it('refuses several servers beside a client', () => {
    expect(() => sync.redis({ redisClient: client, redisOptions: { rootNodes } })).to.throw(
      TypeError,
      /`redisClient` are two clients/
    )
  })

  it('takes `sharded` with a cluster, and only there', () => {
    const cluster = redis6.createCluster({ rootNodes })
    sync.redis({ redisClient: cluster, sharded: true })
    sync.redis({ redisOptions: { rootNodes }, sharded: true })
    sync.redis({ redisClient: client, sharded: false })
    for (const options of [
      { redisClient: client },
      { db: new Redis({ lazyConnect }) },
      { redisOptions: sentinels },
      { uri: 'redis://localhost' }
    ]) {
      expect(() => sync.redis({ ...options, sharded: true })).to.throw(
        TypeError,
        /`sharded` needs a cluster: .*rootNodes/
      )
    }
    const old = redis4.createCluster({ rootNodes })
    expect(() => sync.redis({ redisClient: old as never, sharded: true })).to.throw(
      TypeError,
      /version 5 or later/
    )
    expect(() => sync.redis({ uri: 'redis://h', sharded: 'yes' } as never)).to.throw(
      TypeError,
      /`sharded` option/
    )
  })
})
