import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { Consumer, type ConsumerOptions } from './consumer.js'

interface Seen {
  event: string
  data: { due?: string }
  due?: { isDate: boolean; iso: string }
  context?: { own: boolean; path: string; params: object }
}

interface Output {
  type: string
  one: Seen[]
  two: Seen[]
}

const bson = `serialize: require('bson').serialize, deserialize: require('bson').deserialize`

/** What feathers-sync 3's documentation says of its messaging service is left to the reader: here it is an EventEmitter. */
const customAdapter = `
  const { EventEmitter } = require('node:events')
  const { core } = require('feathers-sync')
  const messages = new EventEmitter()
  const myMessagingService = {
    publish(data) { setImmediate(() => messages.emit('data', data)) },
    subscribe(callback) { messages.on('data', callback) }
  }
  const custom = (config) => {
    const { deserialize, serialize } = config
    return (app) => {
      app.configure(core)
      app.sync = {
        type: 'custom',
        ready: new Promise((resolve, reject) => { resolve() }),
        serialize,
        deserialize
      }
      app.on('sync-out', (data) => { myMessagingService.publish(data) })
      myMessagingService.subscribe((data) => { app.emit('sync-in', data) })
    }
  }
  module.exports = () => custom`

describe('an application that follows the documentation of feathers-sync 3', function () {
  this.timeout(180_000) // it may be the first that packs

  const uris = { redis: '', amqp: '', nats: '' }
  const cleanUps: (() => Promise<void>)[] = []
  let application: string

  before(async () => {
    application = await readFile(new URL('drop-in-application.cjs', import.meta.url), 'utf8')
    const [redis, nats, rabbit] = await Promise.all([startRedis(), startNats(), sharedRabbit()])
    cleanUps.push(
      () => redis.stop(),
      () => nats.stop()
    )
    uris.redis = redis.uri
    uris.nats = nats.uri
    uris.amqp = await rabbit.createVhost()
  })
  after(() => Promise.all(cleanUps.map((cleanUp) => cleanUp())))

  const run = async (configure: string, options: Partial<ConsumerOptions> = {}): Promise<Output> => {
    const text = configure.includes('module.exports') ? configure : `module.exports = (sync) => ${configure}`
    const files = { 'app.js': application, 'configure.js': text }
    const consumer = await Consumer.create({
      ...options,
      files,
      packages: { bson: 'bson', ...options.packages }
    })
    return JSON.parse(await consumer.run('node', ['--no-warnings', 'app.js']))
  }

  /** Both instances see every event once, in order, with their own app and service in the context. */
  const expectSynced = ({ one, two }: Output): void => {
    const events = ['created', 'updated', 'patched', 'removed', 'done', 'created']
    for (const seen of [one, two]) {
      expect(seen.map(({ event }) => event)).to.deep.equal(events)
      expect(seen.map(({ context }) => context?.own)).to.deep.equal([true, true, true, true, undefined, true])
      expect(seen[0]?.context?.params).to.deep.include({ clientId: 'abc', user: { id: 7 } })
      expect(seen[0]?.due?.iso).to.equal('1970-01-01T00:00:00.000Z')
    }
  }

  const documented: Record<string, () => string> = {
    'Redis by its URI': () => `sync({ uri: '${uris.redis}' })`,
    'Redis by name': () =>
      `sync.redis({ uri: '${uris.redis}', key: 'mine', serialize: JSON.stringify, deserialize: JSON.parse })`,
    'AMQP by its URI': () => `sync({ uri: '${uris.amqp}' })`,
    'AMQP with options': () =>
      `sync({ uri: '${uris.amqp}', key: 'mine', amqpConnectionOptions: { heartbeatIntervalInSeconds: 5 } })`,
    'NATS with options': () =>
      `sync({ uri: '${uris.nats}', natsConnectionOptions: { servers: ['${uris.nats.replace('nats://', '')}'] } })`,
    'a custom adapter': () => `${customAdapter}({ serialize: JSON.stringify, deserialize: JSON.parse })`
  }

  for (const [title, configure] of Object.entries(documented)) {
    it(`sees with version 4 what it saw with version 3: ${title}`, async () => {
      const [ours, theirs] = [await run(configure()), await run(configure(), { sync: 'feathers-sync-3' })]
      expectSynced(ours)
      // Version 3 gives the emitter's listeners what came back from the broker: its dates are strings there too.
      for (const { one, two } of [ours, theirs]) {
        for (const { due } of [...one, ...two]) if (due) due.isDate = false
      }
      expect(ours).to.deep.equal(theirs)
    })
  }

  const onlyOurs: Record<string, () => string> = {
    'a custom adapter without serializers': () => `${customAdapter}({})`,
    'NATS by its URI alone': () => `sync({ uri: '${uris.nats}' })`,
    'BSON on Redis': () => `sync({ uri: '${uris.redis}', redisOptions: { return_buffers: true }, ${bson} })`,
    'BSON on AMQP': () => `sync({ uri: '${uris.amqp}', ${bson} })`,
    'BSON on NATS': () => `sync({ uri: '${uris.nats}', ${bson} })`
  }

  for (const [title, configure] of Object.entries(onlyOurs)) {
    it(`works with version 4 as documented: ${title}`, async () => {
      const output = await run(configure())
      expectSynced(output)
      expect(output.two[0]?.due?.isDate).to.equal(title.startsWith('BSON'))
    })
  }

  const redisClient = () =>
    `{
      const redisClient = require('redis').createClient({ url: '${uris.redis}' })
      redisClient.connect()
      return sync.redis({ redisClient })
    }`

  const theirDrivers = { redis: 'redis-4', amqplib: 'amqplib-0.10' }

  it("works with the application's own redis 4 and amqplib 0.10 beside ours", async () => {
    for (const uri of [uris.redis, uris.amqp]) {
      expectSynced(await run(`sync({ uri: '${uri}' })`, { packages: theirDrivers }))
    }
  })

  it("works with a client of the application's own redis 4", async () => {
    expectSynced(await run(redisClient(), { packages: theirDrivers }))
  })

  it('works with a client of redis 4 where the optional dependencies are left out', async () => {
    expectSynced(await run(redisClient(), { packages: theirDrivers, drivers: {} }))
  })

  it('works with redis 4 where the optional dependencies are left out', async () => {
    expectSynced(await run(`sync({ uri: '${uris.redis}' })`, { packages: theirDrivers, drivers: {} }))
  })

  it('works with amqplib 0.10 where the optional dependencies are left out', async () => {
    expectSynced(await run(`sync({ uri: '${uris.amqp}' })`, { packages: theirDrivers, drivers: {} }))
  })
})
