import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import {
  amqpUri,
  checkAmqpOptions,
  connectOptions,
  retryPause
} from '../../../lib/adapters/amqp/amqp-options.js'
import sync from '../../../lib/index.js'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

describe('amqp-options', () => {
  const check = (amqpConnectionOptions?: object) => checkAmqpOptions({ amqpConnectionOptions })

  describe('checkAmqpOptions', () => {
    it('takes what amqplib takes, and what feathers-sync 3 took', () => {
      check()
      check({ heartbeat: 10, keepAlive: true, ca: ['pem'], findServers: async () => [] })
      check({
        heartbeatIntervalInSeconds: 0,
        reconnectTimeInSeconds: 2.5,
        connectionOptions: { clientProperties: { connection_name: 'api' } }
      })
    })

    for (const name of ['recovery', 'hostname', 'password', 'vhost', 'confirm', 'json', 'signal']) {
      it(`refuses ${name}, which can't be mapped, by name`, () => {
        const message = new RegExp(`\`amqpConnectionOptions\\.${name}\` can't be used: `)
        expect(() => check({ [name]: 'secret' }))
          .to.throw(TypeError, message)
          .with.property('message')
          .that.does.not.contain('secret')
        expect(() => check({ connectionOptions: { [name]: 'secret' } })).to.throw(message)
      })
    }

    it('says what the recovery of amqplib and the parts of the URI are replaced by', () => {
      expect(() => check({ recovery: { maxRetries: 3 } })).to.throw(
        /connects again by itself.*`reconnectTimeInSeconds`/
      )
      expect(() => check({ port: 5673 })).to.throw(/belongs in the `uri` option/)
    })

    it('refuses options beside a connection, which they would come too late for', () => {
      const amqpConnection = { createChannel: async () => {}, on: () => {}, off: () => {} }
      checkAmqpOptions({ amqpConnection })
      expect(() => checkAmqpOptions({ amqpConnection, amqpConnectionOptions: {} })).to.throw(
        TypeError,
        /`amqpConnection` is made already: leave one of them out/
      )
    })

    it('refuses values of the wrong type', () => {
      expect(() => check({ findServers: ['amqp://a'] })).to.throw(
        TypeError,
        /findServers` has to be a function/
      )
      expect(() => check({ connectionOptions: null })).to.throw(/has to be an object/)
      for (const value of ['5', null, -1, Number.NaN, 1e9]) {
        expect(() => check({ heartbeatIntervalInSeconds: value })).to.throw(
          TypeError,
          /heartbeatIntervalInSeconds` has to be a number of seconds from 0 to 65535/
        )
        expect(() => check({ reconnectTimeInSeconds: value })).to.throw(TypeError, /seconds/)
      }
    })

    it('is called by sync()', () => {
      const options = { uri: 'amqp://localhost', amqpConnectionOptions: { vhost: 'x' } }
      expect(() => sync(options)).to.throw(TypeError, '`amqpConnectionOptions.vhost`')
      expect(() => sync.amqp(options)).to.throw(TypeError, '`amqpConnectionOptions.vhost`')
    })
  })

  describe('connectOptions', () => {
    const { signal } = new AbortController()

    const options = (given?: object) => connectOptions(given, signal, 'me')
    const clientProperties = { product: 'feathers-sync', version, connection_name: 'me' }

    it('has defaults that notice a dead broker, and name this library', () => {
      expect(options()).to.deep.equal({ timeout: 5000, noDelay: true, signal, clientProperties })
    })

    it('hands socket options on, those of connectionOptions too, and the outer ones win', () => {
      const given = { keepAlive: true, timeout: 1, connectionOptions: { timeout: 2, ca: 'pem' } }
      expect(options(given)).to.include({ keepAlive: true, timeout: 1, ca: 'pem' })
    })

    it('adds to the client properties that are given, which win', () => {
      const own = { connection_name: 'the api', team: 'blue' }
      for (const given of [{ clientProperties: own }, { connectionOptions: { clientProperties: own } }]) {
        expect(options(given).clientProperties).to.deep.equal({ ...clientProperties, ...own })
      }
    })

    it('keeps from amqplib what is not its own', () => {
      const given = {
        heartbeatIntervalInSeconds: 1,
        reconnectTimeInSeconds: 1,
        connectionOptions: {},
        findServers: () => []
      }
      expect(options(given)).to.have.all.keys('timeout', 'noDelay', 'signal', 'clientProperties')
    })
  })

  describe('retryPause', () => {
    it('is constant by reconnectTimeInSeconds, in ms', () => {
      expect(retryPause({ reconnectTimeInSeconds: 2.5 })).to.equal(2500)
    })

    it('is not 0: it would retry without end, as fast as it can', () => {
      expect([undefined, {}, { reconnectTimeInSeconds: 0 }].map(retryPause)).to.deep.equal(
        Array(3).fill(undefined)
      )
    })
  })

  describe('amqpUri', () => {
    it('has a host and a heartbeat by default', () => {
      expect(amqpUri('amqp:')).to.equal('amqp://localhost?heartbeat=5')
      expect(amqpUri('amqp://')).to.equal('amqp://localhost?heartbeat=5')
      expect(amqpUri('amqps:///vhost')).to.equal('amqps://localhost/vhost?heartbeat=5')
    })

    it('takes the heartbeat by both names, and 0 for none', () => {
      expect(amqpUri('amqp://host', { heartbeatIntervalInSeconds: 30 })).to.equal('amqp://host?heartbeat=30')
      expect(amqpUri('amqp://host', { heartbeat: 30 })).to.equal('amqp://host?heartbeat=30')
      expect(amqpUri('amqp://host', { heartbeatIntervalInSeconds: 0 })).to.equal('amqp://host?heartbeat=0')
    })

    it('takes what amqplib reads from the query only', () => {
      const uri = amqpUri('amqp://host/vhost', { frameMax: 8192, connectionOptions: { channelMax: 5 } })
      expect(Object.fromEntries(new URL(uri).searchParams)).to.deep.equal({
        heartbeat: '5',
        frameMax: '8192',
        channelMax: '5'
      })
      expect(new URL(uri).pathname).to.equal('/vhost')
    })

    it('leaves what stands in the URI as it is, credentials and virtual host in their encoding', () => {
      const uri = 'amqps://us%40er:p%2Fw@host:5671/v%2Fhost?heartbeat=7'
      expect(amqpUri(uri, { heartbeat: 30 })).to.equal(uri)
    })
  })
})
