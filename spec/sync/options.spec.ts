import { expect } from 'chai'
import { builtIn, SCHEMES } from '../../lib/sync/built-in.js'
import type { SyncOptions } from '../../lib/sync/options.js'
import { invalidAdapter, resolveOptions } from '../../lib/sync/options.js'
import { sync } from '../../lib/sync/sync.js'

const SECRET = 's3cret'

describe('options', () => {
  describe('resolveOptions', () => {
    it('picks the adapter by the scheme, whatever its case', () => {
      for (const scheme of SCHEMES) {
        expect(resolveOptions({ uri: `${scheme}://localhost` }).adapter).to.equal(scheme)
        expect(resolveOptions({ uri: ` ${scheme.toUpperCase()}:` }).adapter).to.equal(scheme)
      }
    })

    it('picks the adapter by its name first, with or without a URI', () => {
      expect(resolveOptions({ adapter: 'mqtt' }).adapter).to.equal('mqtt')
      expect(resolveOptions({ adapter: 'mqtt', uri: 'tcp://localhost' }).adapter).to.equal('mqtt')
      expect(resolveOptions({}, 'redis').adapter).to.equal('redis')
    })

    it('fills in the defaults, also for what is undefined', () => {
      const history = { events: 50_000, bytes: 32 * 1024 * 1024 }
      const delivery = { history, heartbeat: 5000, closeTimeout: 3000, wire: 4 }
      const defaults = { adapter: 'ipc', uri: 'ipc:', key: 'feathers-sync', mode: 'both', ...delivery }
      expect(resolveOptions({ uri: 'ipc:' })).to.deep.equal(defaults)
      const nothing = {
        key: undefined,
        mode: undefined,
        filter: undefined,
        wire: undefined
      } as unknown as SyncOptions
      expect(resolveOptions({ uri: 'ipc:', ...nothing })).to.deep.equal(defaults)
    })

    it('fills in the half of the history that is not given', () => {
      const { history } = resolveOptions({ uri: 'ipc:', history: { events: 7, bytes: undefined as never } })
      expect(history).to.deep.equal({ events: 7, bytes: 32 * 1024 * 1024 })
    })

    it('keeps everything else as it is', () => {
      const own = { servers: ['a'], nested: {} }
      const resolved = resolveOptions({ uri: 'mqtt://a:1,b:2', key: 'k', mode: 'send', ...(own as object) })
      expect(resolved).to.include({ key: 'k', mode: 'send', ...own })
    })

    it('refuses no URI, and an empty one, in the words of feathers-sync 3', () => {
      const words = 'A `uri` option with the database connection string has to be provided to feathers-sync'
      for (const uri of [undefined, null, '']) {
        expect(() => resolveOptions({ uri } as SyncOptions)).to.throw(TypeError, words)
      }
      for (const uri of [null, '']) {
        expect(() => resolveOptions({ uri } as SyncOptions, 'redis')).to.throw(TypeError, words)
      }
    })

    it('says that `url` is not an option, without showing it', () => {
      expect(() => resolveOptions({ url: `redis://me:${SECRET}@localhost` } as SyncOptions))
        .to.throw(TypeError, '`url` is not an option, `uri` was meant')
        .with.property('message')
        .that.does.not.include(SECRET)
    })

    it('refuses what is no URI, without showing it', () => {
      for (const uri of [SECRET, `//${SECRET}@localhost`, `/tmp/${SECRET}`]) {
        expect(() => resolveOptions({ uri }))
          .to.throw(TypeError, 'the `uri` option has to be a URI such as redis://localhost:6379, got ***')
          .with.property('message')
          .that.does.not.include(SECRET)
      }
    })
  })

  describe('builtIn', () => {
    it('knows our schemes, and nothing that every object has', () => {
      expect(['redis', 'valkeys', 'amqps', 'nats', 'ipc'].every((name) => builtIn(name))).to.equal(true)
      expect(['mqtt', 'REDIS', 'constructor', '__proto__', ''].some((name) => builtIn(name))).to.equal(false)
    })
  })

  describe('invalidAdapter', () => {
    it('names the adapter, those there are, and how to add one', () => {
      expect(invalidAdapter('something').message).to.equal(
        'feathers-sync: something is an invalid adapter. There are redis:, rediss:, valkey:, valkeys:, amqp:, amqps:, ' +
          'nats:, tls:, ipc:; an adapter of your own is registered with ' +
          "container.bind(SyncAdapter).to(YourAdapter).whenNamed('something') and the `container` option"
      )
    })

    for (const uri of ['localhost:6379', 'my-redis.internal:6379/0', ['a.example:5672', 'b.example:5672']]) {
      it(`says that the scheme is missing: ${uri}`, () => {
        const text = 'the `uri` option has to be a URI such as redis://localhost:6379'
        expect(() => sync({ uri })).to.throw(TypeError, text)
      })
    }
  })
})
