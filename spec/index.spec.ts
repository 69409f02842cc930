import { once } from 'node:events'
import { feathers } from '@feathersjs/feathers'
import { expect } from 'chai'
import * as all from '../lib/index.js'
import sync, { type SyncOptions } from '../lib/index.js'
import { idleClient } from './support/idle-client.js'

const SECRET = 's3cret'

describe('index', () => {
  it('exports by name what are properties of `sync`, and `sync` as its own default', () => {
    const { default: byDefault, ...names } = all
    expect(byDefault).to.equal(sync)
    expect(sync.default).to.equal(sync)
    for (const [name, value] of Object.entries(names)) {
      expect(sync[name as keyof typeof names], name).to.equal(value)
    }
  })

  it('has all that the documentation names', () => {
    expect(Object.keys(sync)).to.have.members([
      ...['redis', 'amqp', 'rabbitmq', 'nats', 'ipc', 'core', 'default', 'SYNC', 'isRemote', 'local'],
      ...['createContainer', 'SyncAdapter', 'RedisAdapter', 'AmqpAdapter', 'NatsAdapter', 'IpcAdapter'],
      ...['Serializer', 'JsonSerializer', 'EventBridge', 'SyncError'],
      ...['Container', 'injectable', 'inject', 'injectFromBase', 'decorate']
    ])
  })

  describe('sync', () => {
    it('refuses at once what it can’t use', () => {
      const cases: [options: unknown, message: string][] = [
        [undefined, 'the options have to be an object'],
        [{}, 'A `uri` option with the database connection string has to be provided to feathers-sync'],
        [{ uri: SECRET }, 'the `uri` option has to be a URI'],
        [
          { uri: `something://me:${SECRET}@localhost` },
          'something is an invalid adapter. There are redis:, '
        ],
        [{ uri: `https://me:${SECRET}@localhost` }, 'https is an invalid adapter'],
        [{ uri: `redisx://me:${SECRET}@localhost` }, 'redisx is an invalid adapter'],
        [{ uri: `redis://me:${SECRET}@localhost`, serialize: SECRET }, '`serialize` option provided to'],
        [{ uri: `redis://me:${SECRET}@localhost`, deserialize: SECRET }, '`deserialize` option provided to'],
        [
          { uri: 'nats://localhost', natsConnectionOptions: SECRET },
          '`natsConnectionOptions` option provided'
        ],
        [{ adapter: 'redis', uri: `amqp://me:${SECRET}@localhost` }, 'the `uri` option of the redis adapter']
      ]
      for (const [options, message] of cases) {
        expect(() => sync(options as SyncOptions))
          .to.throw(TypeError, message)
          .with.property('message')
          .that.does.not.include(SECRET)
      }
    })

    it('warns of an option that it doesn’t know', async () => {
      const warning = once(process, 'warning')
      sync({ uri: 'ipc:', keey: 'k' } as SyncOptions)
      expect(String(await warning)).to.include(
        '`keey` is not an option of feathers-sync. Did you mean `key`?'
      )
    })
  })

  describe('by the adapter’s name', () => {
    const cases = {
      redis: { type: 'redis', uri: 'redis://localhost:1' },
      amqp: { type: 'amqp', uri: 'amqp://localhost:1' },
      rabbitmq: { type: 'amqp', uri: 'amqps://localhost:1' },
      nats: { type: 'nats', uri: 'nats://localhost:1' },
      ipc: { type: 'ipc', uri: 'ipc:' }
    } as const
    for (const [name, { type, uri }] of Object.entries(cases)) {
      const named = sync[name as keyof typeof cases]

      it(`sync.${name}() takes its own URIs, or none`, async () => {
        for (const options of [{ uri }, {}, undefined]) {
          const app = feathers().configure(named(options))
          app.on('sync-error', () => {}) // there may be no broker
          expect(app.sync.type).to.equal(type)
          await app.teardown()
        }
      })

      it(`sync.${name}() refuses anything else`, () => {
        const secret = `http://me:${SECRET}@localhost`
        for (const options of [{ uri: secret }, { uri: null }, { key: 5 }, null, SECRET, []]) {
          expect(() => named(options as SyncOptions & { uri: string }))
            .to.throw(TypeError)
            .with.property('message')
            .that.does.not.include(SECRET)
        }
      })
    }

    it('takes a client that is handed in', async () => {
      const client = idleClient()
      for (const options of [{ redisClient: client }, { db: client }]) {
        const app = feathers().configure(sync.redis(options))
        expect(app.sync.adapter.options).to.include({ adapter: 'redis', ...options })
        await app.teardown()
      }
    })
  })
})
