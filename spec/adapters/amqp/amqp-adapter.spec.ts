import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { AmqpAdapter, SyncError } from '../../../lib/index.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { rejection } from '../../conformance/rejection.js'
import { eventually } from '../../support/eventually.js'
import { runScript } from '../../support/process.js'
import { AmqpStage } from './amqp-stage.js'

const VHOST = 'amqp-adapter'

describe('AmqpAdapter', function () {
  this.timeout(60_000)
  const stage = new AmqpStage(VHOST)

  const exchanges = () =>
    stage.broker.eval(`rabbit_exchange:info_all(<<"${VHOST}">>, [name, type, durable, auto_delete])`)
  const queues = () =>
    stage.broker.eval(`[rabbit_amqqueue:info(Q, [durable, auto_delete, exclusive, consumers])
      || Q <- rabbit_amqqueue:list(<<"${VHOST}">>)]`)

  describeSyncAdapter('amqp', {
    options: () => ({ uri: stage.uri }),
    // spec/brokers/matrix kills it, with its process
    broker: { kill: () => stage.broker.crash(), start: () => stage.broker.recover() }
  })

  describe('connect', () => {
    it('declares an exchange named `key`, fanout and not durable, and an exclusive, auto-deleted queue', async () => {
      await stage.open()
      expect(await exchanges()).to.contain(
        `exchange,<<"${stage.key}">>}},{type,fanout},{durable,false},{auto_delete,false}`
      )
      expect(await queues()).to.equal('[[{durable,false},{auto_delete,true},{exclusive,true},{consumers,1}]]')
    })

    it('takes the exchange of an instance of feathers-sync 3', async () => {
      await stage.declareExchange(stage.key, false)
      const [one, two] = [await stage.open(), await stage.open()]
      await one.adapter.publish(Buffer.from('hello'))
      await eventually(() => two.received.length === 1, { message: 'the message' })
    })

    it('reports at each attempt what is wrong with an exchange of other properties, until it is gone', async () => {
      await stage.declareExchange(stage.key, true)
      const { ready, errors } = stage.start()
      await eventually(() => errors.length >= 3, { message: 'three errors' })
      for (const error of errors) {
        expect(error).to.be.instanceOf(SyncError).with.property('kind', 'connect')
        expect(error.message).to.match(
          /PRECONDITION_FAILED.*durable.*delete that exchange, or choose another/
        )
      }
      await stage.deleteExchange(stage.key)
      await ready
    })

    it('hands amqpConnectionOptions on to the driver', async () => {
      const clientProperties = { connection_name: 'the api' }
      const options = { heartbeatIntervalInSeconds: 7, connectionOptions: { clientProperties } }
      await stage.open(stage.uri, options)
      const seen = await stage.broker.eval(
        'rabbit_networking:connection_info_all([timeout, client_properties])'
      )
      expect(seen).to.contain('{timeout,7}').and.to.contain('"the api"')
    })

    it('rejects `ready` for a wrong password, without showing it', async () => {
      const { adapter, ready, errors } = stage.start(stage.uri.replace('guest:guest', 'guest:secret'))
      const error = await rejection(ready)
      expect(error).to.be.instanceOf(SyncError).with.property('kind', 'auth')
      expect((error as SyncError).message).to.contain(
        `the amqp adapter at amqp://guest:***@127.0.0.1:${stage.broker.port}/${VHOST} was refused`
      )
      expect(String(errors)).not.to.contain('secret')
      await stage.nothingLeft() // it doesn't go on trying
      expect(adapter.status).to.equal('closed')
    })

    it('rejects `ready` where the user may not declare the exchange', async () => {
      await addUser('visitor', '"^$"')
      const error = await rejection(stage.start(stage.uri.replace('guest:guest', 'visitor:pw')).ready)
      expect(error).to.be.instanceOf(SyncError).with.property('kind', 'auth')
      expect((error as SyncError).message).to.match(/access to exchange .* refused for user 'visitor'/)
    })

    it('waits for a virtual host that does not exist, and says so', async () => {
      const vhost = `late-${randomUUID()}`
      const { ready, errors } = stage.start(`${stage.broker.uri}/${vhost}`)
      await eventually(() => errors.length > 1, { message: 'errors' })
      expect(errors[0]).to.have.property('kind', 'connect')
      expect(errors[0]?.message).to.match(/the virtual host .* doesn't exist, or its user has no access/)
      await stage.broker.createVhost(vhost)
      await ready
    })

    it('says what to install where the driver is missing', async () => {
      const { output } = await runScript(`
        import { register } from 'node:module'
        register('data:text/javascript,export const resolve = (name, context, next) => {' +
          'if (name === "amqplib") throw new Error("Cannot find package"); return next(name, context) }')
        import sync from './lib/index.ts'
        import { feathers } from '@feathersjs/feathers'
        const app = feathers().configure(sync({ uri: 'amqp://localhost' }))
        app.on('sync-error', () => {})
        await app.sync.ready.catch(({ kind, message }) => console.log(kind, message))`)
      expect(output).to.match(/^driver .*npm install amqplib/)
    })

    it('survives a cut during the set-up', async () => {
      stage.proxy.trickle(1000)
      const { adapter, ready, errors } = stage.start(stage.proxied)
      const channels = async () =>
        expect(await stage.broker.eval('length(rabbit_channel:list())')).to.equal('1')
      await eventually(channels, { message: 'the channel' })
      expect(adapter.status).to.equal('connecting')
      stage.proxy.cut()
      await eventually(() => errors.length > 0, { message: 'the error' })
      stage.proxy.resume()
      await ready
    })

    it('survives a cut while it closes a connection whose set-up failed', async () => {
      await stage.declareExchange(stage.key, true)
      class Cut extends AmqpAdapter {
        protected override debug(format: string): void {
          if (!format.startsWith('channel')) return
          stage.proxy.stall()
          setImmediate(() => stage.proxy.cut()).unref()
          setImmediate(() => stage.proxy.resume()).unref()
        }
      }
      const { ready, errors } = stage.start(stage.proxied, {}, new Cut())
      await eventually(() => errors.length >= 3, { message: 'three attempts' })
      await stage.deleteExchange(stage.key)
      await ready
    })
  })

  async function addUser(name: string, configure: string): Promise<void> {
    await stage.broker.eval(`rabbit_auth_backend_internal:add_user(<<"${name}">>, <<"pw">>, <<"x">>),
      rabbit_auth_backend_internal:set_permissions(<<"${name}">>, <<"${VHOST}">>, <<${configure}>>, <<".*">>, <<".*">>,
        <<"x">>)`)
  }
})
