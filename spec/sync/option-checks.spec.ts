import { once } from 'node:events'
import { expect } from 'chai'
import { Container } from '../../lib/index.js'
import { builtIn } from '../../lib/sync/built-in.js'
import { checkBuiltInOptions, checkOptions } from '../../lib/sync/option-checks.js'
import { idleClient } from '../support/idle-client.js'

const SECRET = 's3cret'
const fn = () => {}

/** What the process is warned of by `run`, which warns at least once. */
async function warningsOf(run: () => void): Promise<string[]> {
  const warnings: string[] = []
  const listener = (warning: Error) => warnings.push(String(warning))
  process.on('warning', listener)
  const last = once(process, 'warning')
  run()
  await last
  process.off('warning', listener)
  return warnings
}

describe('option-checks', () => {
  describe('checkOptions', () => {
    it('takes what is right', () => {
      checkOptions({
        uri: 'redis://localhost',
        adapter: 'redis',
        key: 'k',
        serialize: fn,
        deserialize: fn,
        filter: fn,
        container: new Container()
      })
      for (const mode of ['both', 'send', 'receive', undefined]) checkOptions({ mode })
      for (const wire of [3, 4, undefined]) checkOptions({ wire, context: fn, heartbeat: 0 })
      for (const omit of [[], ['password', /token$/i], undefined]) checkOptions({ omit })
      for (const name of ['web-1', 'Wörker 🚀', false, undefined]) checkOptions({ name })
      const choices = [true, false, {}, { send: false, receive: undefined, events: ['created'] }, undefined]
      for (const choice of choices) checkOptions({ services: { messages: choice, '*': choice } })
      for (const history of [{}, { events: 1 }, { bytes: 1, events: undefined }]) checkOptions({ history })
      for (const connectTimeout of [1, 5000, 2 ** 31 - 1]) checkOptions({ connectTimeout })
    })

    it('refuses options that are no object, without showing them', () => {
      const cases: [options: unknown, got: string][] = [
        [undefined, 'undefined'],
        [null, 'null'],
        [SECRET, 'a string'],
        [fn, 'a function'],
        [[], 'an array']
      ]
      for (const [options, got] of cases) {
        expect(() => checkOptions(options as object)).to.throw(
          TypeError,
          `feathers-sync: the options have to be an object such as { uri: 'redis://localhost:6379' }, got ${got}`
        )
      }
    })

    const wrong: [name: string, values: unknown[], expected: string][] = [
      [
        'uri',
        [5, true, {}, new URL('redis://localhost'), [], ['amqp://a', ''], ['amqp://a', 5]],
        'has to be a string, or a list'
      ],
      ['adapter', [5, '', null], 'has to be a non-empty string'],
      ['key', [5, '', null, Symbol('k')], 'has to be a non-empty string'],
      ['serialize', ['JSON', 5, null, {}, true], 'is not a function'],
      ['deserialize', ['JSON', 5, null, {}, true], 'is not a function'],
      ['filter', ['messages', null, []], 'is not a function'],
      ['context', ['params', null, {}, ['params']], 'is not a function'],
      ['omit', ['password', /x/, null, [''], [5], [['a']], [null], {}], 'has to be an array of names'],
      [
        'services',
        [
          'messages',
          5,
          null,
          ['messages'],
          { messages: 1 },
          { '*': { evnts: [] } },
          { users: { events: [5] } }
        ],
        "has to be an object with paths of services, or '[*]' for the rest, and for each true, false or"
      ],
      ['wire', [2, 5, '3', '4', null, true], 'has to be 3 or 4'],
      ['heartbeat', ['5000', -1, 1, 99, Number.NaN, 2 ** 30 + 1, null], 'milliseconds from 100'],
      ['closeTimeout', ['3000', 0, Number.NaN, 2 ** 31, null], 'milliseconds from 1'],
      ['name', ['', true, 5, null, 'a\nb', 'x'.repeat(65), '\u001b[1m'], '1 to 64 printable characters'],
      ['history', [5, [], null, { events: 0 }, { bytes: 1.5 }, { bytes: '1' }, { size: 1 }], 'whole numbers'],
      ['mode', ['sent', 5, null, {}], "has to be 'both', 'send' or 'receive'"],
      [
        'connectTimeout',
        ['5000', 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, null],
        'milliseconds'
      ],
      ['container', ['c', null, {}, new Map()], 'has to be an inversify Container']
    ]
    for (const [name, values, expected] of wrong) {
      it(`refuses a wrong \`${name}\``, () => {
        for (const value of values) {
          expect(() => checkOptions({ [name]: value })).to.throw(
            TypeError,
            new RegExp(`^\`${name}\` option provided to feathers-sync .*${expected}.*, got `)
          )
        }
      })
    }

    it('says what it got, but nothing that may be a credential', () => {
      const got = (options: object) => {
        try {
          checkOptions(options)
        } catch (error) {
          return / got (.*)$/.exec((error as Error).message)?.[1]
        }
      }
      expect(got({ filter: SECRET })).to.equal('a string')
      expect(got({ filter: { password: SECRET } })).to.equal('an object')
      expect(got({ filter: [SECRET] })).to.equal('an array')
      expect(got({ filter: null })).to.equal('null')
      expect(got({ filter: true })).to.equal('true')
      expect(got({ key: '' })).to.equal("''")
      expect(got({ key: fn })).to.equal('a function')
      expect(got({ connectTimeout: -1 })).to.equal('-1')
      expect(got({ mode: 'sent' })).to.equal("'sent'")
      expect(got({ wire: '4' })).to.equal("'4'")
      expect(got({ heartbeat: '5000' })).to.equal("'5000'")
      expect(got({ connectTimeout: SECRET.repeat(9) })).to.equal('a string')
    })

    it('says what is wrong inside of an option', () => {
      const cases: [options: object, text: string][] = [
        [{ history: { event: 5 } }, 'got an object with the unknown name `event`'],
        [{ history: { events: -1 } }, 'got an object whose `events` is -1'],
        [{ history: { bytes: '1' } }, "got an object whose `bytes` is '1'"],
        [{ services: { users: true, logs: 5 } }, "got a number for 'logs'"],
        [{ services: { users: false, '/users/': true } }, "got a second choice of one service for '/users/'"],
        [{ services: { '*': { evnts: [] } } }, "got an object with the unknown name `evnts` for '*'"],
        [{ omit: ['password', 5] }, 'got an array whose item 1 is 5'],
        [{ uri: [`nats://${SECRET}@a`, undefined] }, 'got an array whose item 1 is undefined'],
        [{ uri: [] }, 'got an empty array'],
        [{ omit: [''] }, "got an array whose item 0 is ''"],
        [{ omit: [[SECRET]] }, 'got an array whose item 0 is an array']
      ]
      for (const [options, text] of cases) expect(() => checkOptions(options)).to.throw(TypeError, text)
    })
  })

  describe('checkBuiltInOptions', () => {
    it('takes what is right, and what feathers-sync 3 took', () => {
      const client = idleClient()
      checkBuiltInOptions({
        uri: 'redis://localhost',
        key: 'k',
        deserialize: fn,
        redisOptions: { return_buffers: true },
        redisClient: client,
        db: client,
        amqpConnectionOptions: { connectionOptions: {} },
        natsConnectionOptions: { servers: [] }
      })
    })

    const wrong: [name: string, values: unknown[], expected: string][] = [
      ['redisClient', [{}, 'redis://', 0, null], 'a client of node-redis, version 4 to 6'],
      ['db', [{}, 2, null], 'a client of node-redis, version 4 to 6'],
      ['redisOptions', ['redis://', fn, [], null], 'an object'],
      ['amqpConnectionOptions', ['amqp://', 5, [], null], 'an object'],
      ['natsConnectionOptions', ['nats://', true, [], null], 'an object']
    ]
    for (const [name, values, expected] of wrong) {
      it(`refuses a wrong \`${name}\``, () => {
        for (const value of values) {
          expect(() => checkBuiltInOptions({ [name]: value })).to.throw(
            TypeError,
            new RegExp(`^\`${name}\` option provided to feathers-sync has to be ${expected}.*, got `)
          )
        }
      })
    }

    it('warns of options of another adapter, once each: an application may choose its broker by `uri`', async () => {
      const warnings = await warningsOf(() => {
        for (const _ of [1, 2]) {
          checkBuiltInOptions({ natsConnectionOptions: {}, redisOptions: {} }, builtIn('valkeys'))
          checkBuiltInOptions({ amqpConnectionOptions: { ca: SECRET }, sharded: false }, builtIn('nats'))
          checkBuiltInOptions({ amqpConnection: undefined, redisOptions: {} }, builtIn('redis'))
        }
      })
      expect(warnings).to.deep.equal([
        'FeathersSyncWarning: `natsConnectionOptions` is of the nats adapter, and has no effect with this `uri`.',
        'FeathersSyncWarning: `sharded` is of the redis adapter, and has no effect with this `uri`.',
        'FeathersSyncWarning: `amqpConnectionOptions` is of the amqp adapter, and has no effect with this `uri`.'
      ])
    })

    it('warns of an unknown name, with the nearest known one, and only once', async () => {
      const warnings = await warningsOf(() => {
        for (const _ of [1, 2]) checkBuiltInOptions({ kye: 'k', redisOption: {} })
      })
      expect(warnings).to.deep.equal([
        'FeathersSyncWarning: `kye` is not an option of feathers-sync. Did you mean `key`?',
        'FeathersSyncWarning: `redisOption` is not an option of feathers-sync. Did you mean `redisOptions`?'
      ])
    })

    it('suggests only a name that is near', async () => {
      const warnings = await warningsOf(() => {
        checkBuiltInOptions({ password: SECRET, debug: true, hsitory: {} })
      })
      expect(warnings).to.deep.equal([
        'FeathersSyncWarning: `password` is not an option of feathers-sync.',
        'FeathersSyncWarning: `debug` is not an option of feathers-sync.',
        'FeathersSyncWarning: `hsitory` is not an option of feathers-sync. Did you mean `history`?'
      ])
    })

    it('warns of unknown names in the options of drivers, once each', async () => {
      const warnings = await warningsOf(() => {
        for (const _ of [1, 2]) {
          checkBuiltInOptions({
            amqpConnectionOptions: {
              heartbeatIntervalInSecond: 5,
              ca: 'x',
              credentials: {},
              keepAlive: true
            },
            redisOptions: { pasword: SECRET, socket: {}, RESP: 2, legacyMode: false },
            natsConnectionOptions: { tokn: SECRET, tls: {} }
          })
        }
      })
      expect(warnings.sort()).to.deep.equal(
        [
          [
            'amqpConnectionOptions.heartbeatIntervalInSecond',
            'amqpConnectionOptions.heartbeatIntervalInSeconds'
          ],
          ['natsConnectionOptions.tokn', 'natsConnectionOptions.token'],
          ['redisOptions.pasword', 'redisOptions.password']
        ].map(
          ([name, nearest]) =>
            `FeathersSyncWarning: \`${name}\` is not an option of feathers-sync. Did you mean \`${nearest}\`?`
        )
      )
    })
  })
})
