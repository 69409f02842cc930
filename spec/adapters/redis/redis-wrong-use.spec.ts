import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import * as redis6 from 'redis'
import type { SyncOptions } from '../../../lib/index.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { Members, range } from '../../support/members.js'
import { runScript } from '../../support/process.js'
import { startSilentServer } from '../../support/silent-server.js'

const require = createRequire(import.meta.url)
const redis5: typeof redis6 = require('redis-5')
const redis4: typeof redis6 = require('redis-4')

const NO_ANSWER = /the server does not answer; is that a Redis server\? By default it listens on port 6379/

describe('RedisAdapter, wrong use', function () {
  this.timeout(30_000)
  let broker: RedisBroker
  const members = new Members()
  const opened: { isOpen: boolean; disconnect(): Promise<void> }[] = []
  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())
  afterEach(async () => {
    await members.closeAll()
    for (const client of opened.splice(0)) if (client.isOpen) await client.disconnect()
  })

  const clients = {
    'node-redis 6, RESP 2': () => redis6.createClient({ url: broker.uri, RESP: 2 }),
    'node-redis 6': () => redis6.createClient({ url: broker.uri }),
    'node-redis 5': () => redis5.createClient({ url: broker.uri }),
    'node-redis 4': () => redis4.createClient({ url: broker.uri })
  }

  const own = (redisClient: unknown) => members.configure({ adapter: 'redis', redisClient } as SyncOptions)

  for (const [title, create] of Object.entries(clients)) {
    for (const when of ['before', 'later']) {
      it(`${title}: works with a client that has subscribed itself, ${when}`, async () => {
        const client = create()
        opened.push(client as never)
        client.on('error', () => {})
        await client.connect()
        const theirs = `theirs-${randomUUID()}`
        const heard: string[] = []
        const subscribe = () => client.subscribe(theirs, (message) => heard.push(message))
        if (when === 'before') await subscribe()
        const [one, other] = [own(client), members.configure({ uri: broker.uri })]
        await Promise.all([one, other].map(({ app }) => app.sync.ready))
        if (when === 'later') await subscribe()
        for (const member of [one, other]) member.make(5)
        await eventually(() => one.got(other).length >= 5 && other.got(one).length >= 5)
        expect([one.got(other), other.got(one)]).to.deep.equal([range(1, 5), range(1, 5)])
        expect([...one.gaps, ...other.gaps]).to.deep.equal([])
        expect(await one.app.sync.close()).to.equal(0)
        const publisher = create()
        await publisher.connect()
        await publisher.publish(theirs, 'hello')
        await publisher.disconnect()
        await eventually(() => heard.length === 1)
      })
    }

    it(`${title}: leaves no listener on a client that it has connected`, async () => {
      const client = create()
      opened.push(client as never)
      client.on('error', () => {})
      const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name)])
      const before = listeners()
      const one = own(client)
      await one.app.sync.ready
      await one.app.sync.close()
      expect(listeners()).to.deep.equal(before)
    })
  }

  const values: [title: string, options: () => object, text: RegExp][] = [
    [
      'a database that is not there',
      () => ({ uri: `${broker.uri}/99` }),
      /DB index.*; messages do not depend on the database/
    ],
    [
      'a server that is no cluster',
      () => ({ adapter: 'redis', redisOptions: { rootNodes: [{ url: broker.uri }] } }),
      /cluster support disabled; .*by the `uri` option, without `rootNodes`/
    ],
    [
      'a server that is no Sentinel',
      () => ({
        adapter: 'redis',
        redisOptions: { name: 'mymaster', sentinelRootNodes: [{ host: '127.0.0.1', port: broker.port }] }
      }),
      /`sentinelRootNodes` has to name Sentinels, which by default listen on port 26379/
    ],
    [
      'a value of the wrong type',
      () => ({
        uri: broker.uri,
        redisOptions: { pingInterval: 10, socket: { keepAliveInitialDelay: 'x', family: 5 } }
      }),
      /a value in `redisOptions`/
    ]
  ]
  for (const [title, options, text] of values) {
    it(`names the option for ${title}`, async () => {
      const member = members.configure(options() as SyncOptions)
      await eventually(() => text.test(member.texts()), { message: `${text} in ${member.texts()}` })
    })
  }

  it('names the scheme where a server does not answer TLS', async () => {
    const server = await startSilentServer('rediss')
    try {
      const member = members.configure({ uri: server.uri, redisOptions: { socket: { connectTimeout: 100 } } })
      await eventually(() =>
        /does the server speak TLS on that port\? .*has to start with redis:/.test(member.texts())
      )
      await member.app.sync.close()
    } finally {
      await server.close()
    }
  })

  for (const [title, create] of Object.entries({
    'node-redis 6': (options: object) => redis6.createClient(options),
    'node-redis 4': (options: object) => redis4.createClient(options)
  })) {
    it(`${title}, handed in: says so where a server does not answer, and leaves the client to its owner`, async () => {
      const server = await startSilentServer('redis')
      try {
        const client = create({ url: server.uri, socket: { connectTimeout: 100 } }) as (typeof opened)[number]
        opened.push(client)
        const member = own(client)
        await eventually(() => NO_ANSWER.test(member.texts()), { message: member.texts() })
        await member.app.sync.close()
        expect(client.isOpen).to.equal(true)
      } finally {
        await server.close()
      }
    })
  }

  it('ioredis, handed in: says so where a server does not answer, and tries again', async () => {
    const server = await startSilentServer('redis')
    const client = new Redis(server.uri, { lazyConnect: true, connectTimeout: 100 })
    try {
      const member = own(client)
      await eventually(() => NO_ANSWER.test(member.texts()), { message: member.texts() })
      await eventually(() => server.accepted > 2, { message: 'another attempt' })
      await member.app.sync.close()
      await eventually(() => server.open === 0, { message: 'no connection to be open' })
    } finally {
      client.disconnect()
      await server.close()
    }
  })

  it('names what to write where another server answers', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const member = members.configure({ uri: `redis://127.0.0.1:${port}` })
      const text = /is that a Redis server\? By default it listens on port 6379/
      await eventually(() => text.test(member.texts()), { message: `${text} in ${member.texts()}` })
      await member.app.sync.close()
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('says what to install where the package knows no Sentinels', async () => {
    const hooks = `export const resolve = (name, context, next) => next(name === 'redis' ? 'redis-4' : name, context)`
    const { output, errors } = await runScript(`
      import { register } from 'node:module'
      register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))})
      const { feathers } = await import('@feathersjs/feathers')
      const { default: sync } = await import('./lib/index.ts')
      const redisOptions = { name: 'main', sentinelRootNodes: [{ host: 'localhost', port: 26379 }] }
      const app = feathers().configure(sync({ key: 'none', adapter: 'redis', redisOptions }))
      app.on('sync-error', () => {})
      await app.sync.ready.catch(({ kind, message }) => console.log(kind, message))`)
    expect({ output, errors }).to.deep.equal({
      output:
        'options feathers-sync: `redisOptions.sentinelRootNodes` needs version 5 or later of the redis package, ' +
        'and an older one is installed: npm install redis\n',
      errors: ''
    })
  })
})
