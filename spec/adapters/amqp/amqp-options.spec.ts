import { expect } from 'chai'
import { amqpUri, checkAmqpOptions, connectOptions } from '../../../lib/adapters/amqp/amqp-options.js'
import sync from '../../../lib/index.js'

describe('amqp-options', () => {
  describe('checkAmqpOptions', () => {
    it('takes what amqplib takes, and what feathers-sync 3 took', () => {
      checkAmqpOptions()
      checkAmqpOptions({ heartbeat: 10, keepAlive: true, ca: ['pem'], recovery: { maxDelay: 5000 } })
      checkAmqpOptions({
        heartbeatIntervalInSeconds: 0,
        reconnectTimeInSeconds: 2.5,
        connectionOptions: { clientProperties: { connection_name: 'api' } }
      })
    })

    for (const name of ['findServers', 'hostname', 'password', 'vhost', 'confirm', 'json', 'signal']) {
      it(`refuses ${name}, which can't be mapped, by name`, () => {
        const message = new RegExp(`\`amqpConnectionOptions\\.${name}\` can't be used: `)
        expect(() => checkAmqpOptions({ [name]: 'secret' }))
          .to.throw(TypeError, message)
          .with.property('message')
          .that.does.not.contain('secret')
        expect(() => checkAmqpOptions({ connectionOptions: { [name]: 'secret' } })).to.throw(message)
      })
    }

    for (const name of ['setup', 'enabled', 'waitForConnect']) {
      it(`refuses recovery.${name}, which feathers-sync uses itself`, () => {
        const given = { recovery: { [name]: false } }
        expect(() => checkAmqpOptions(given)).to.throw(
          TypeError,
          `\`amqpConnectionOptions.recovery.${name}\``
        )
      })
    }

    it('says what findServers and the parts of the URI are replaced by', () => {
      expect(() => checkAmqpOptions({ findServers: () => {} })).to.throw(/Name it in the `uri` option/)
      expect(() => checkAmqpOptions({ port: 5673 })).to.throw(/belongs in the `uri` option/)
    })

    it('refuses values of the wrong type', () => {
      expect(() => checkAmqpOptions({ recovery: true })).to.throw(TypeError, /recovery` has to be an object/)
      expect(() => checkAmqpOptions({ connectionOptions: null })).to.throw(/has to be an object/)
      for (const value of ['5', null, -1, Number.NaN, 1e9]) {
        expect(() => checkAmqpOptions({ heartbeatIntervalInSeconds: value })).to.throw(
          TypeError,
          /heartbeatIntervalInSeconds` has to be a number of seconds from 0 to 65535/
        )
        expect(() => checkAmqpOptions({ reconnectTimeInSeconds: value })).to.throw(TypeError, /seconds/)
      }
    })

    it('is called by sync()', () => {
      const options = { uri: 'amqp://localhost', amqpConnectionOptions: { findServers: () => [] } }
      expect(() => sync(options)).to.throw(TypeError, '`amqpConnectionOptions.findServers`')
      expect(() => sync.amqp(options)).to.throw(TypeError, '`amqpConnectionOptions.findServers`')
    })
  })

  describe('connectOptions', () => {
    const { signal } = new AbortController()

    it('has defaults that notice a dead broker', () => {
      expect(connectOptions(undefined, signal)).to.deep.equal({
        timeout: 5000,
        noDelay: true,
        signal,
        recovery: {}
      })
    })

    it('hands socket options on, those of connectionOptions too, and the outer ones win', () => {
      const given = { keepAlive: true, timeout: 1, connectionOptions: { timeout: 2, ca: 'pem' } }
      expect(connectOptions(given, signal)).to.include({ keepAlive: true, timeout: 1, ca: 'pem' })
    })

    it('makes reconnectTimeInSeconds the constant pause of the recovery, which its own options overrule', () => {
      const { recovery } = connectOptions({ reconnectTimeInSeconds: 2 }, signal)
      expect(recovery).to.deep.equal({ initialDelay: 2000, maxDelay: 2000 })
      const given = { reconnectTimeInSeconds: 2, recovery: { maxDelay: 3000, maxRetries: 7 } }
      expect(connectOptions(given, signal).recovery).to.deep.equal({
        initialDelay: 2000,
        maxDelay: 3000,
        maxRetries: 7
      })
    })

    it('never takes 0 for a pause: it would retry without end, as fast as it can', () => {
      expect(connectOptions({ reconnectTimeInSeconds: 0 }, signal).recovery).to.deep.equal({})
    })

    it('keeps from amqplib what is not its own', () => {
      const given = { heartbeatIntervalInSeconds: 1, reconnectTimeInSeconds: 1, connectionOptions: {} }
      expect(connectOptions(given, signal)).to.have.all.keys('timeout', 'noDelay', 'signal', 'recovery')
    })
  })

  describe('amqpUri', () => {
    it('has a host and a heartbeat by default', () => {
      expect(amqpUri()).to.equal('amqp://localhost?heartbeat=5')
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
