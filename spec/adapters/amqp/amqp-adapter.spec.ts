import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect } from 'amqplib'
import { expect } from 'chai'
import { AmqpAdapter, SyncError } from '../../../lib/index.js'
import { resolveOptions } from '../../../lib/sync/options.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { type Recorder, recorder } from '../../conformance/instances.js'
import { rejection } from '../../conformance/rejection.js'
import { type RabbitBroker, sharedRabbit } from '../../support/brokers/rabbitmq.js'
import { eventually } from '../../support/eventually.js'
import { startProxy, type TcpProxy } from '../../support/proxy.js'
import { run } from '../child.js'

const VHOST = 'amqp-adapter'

interface Dialled extends Recorder {
  adapter: AmqpAdapter
  ready: Promise<void>
}

describe('AmqpAdapter', function () {
  this.timeout(60_000)
  let broker: RabbitBroker
  let uri: string
  let proxy: TcpProxy
  let key: string
  const opened: AmqpAdapter[] = []

  before(async () => {
    broker = await sharedRabbit()
    uri = await broker.createVhost(VHOST)
  })

  beforeEach(async () => {
    key = `key-${randomUUID()}`
    proxy = await startProxy(broker.port)
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((adapter) => adapter.close()))
    await proxy.close()
  })

  const proxied = () => uri.replace(`:${broker.port}`, `:${proxy.port}`)

  /** An adapter that is connecting, and what it tells. */
  function dial(address = uri, amqpConnectionOptions = {}, adapter = new AmqpAdapter()): Dialled {
    adapter.options = resolveOptions({ uri: address, key, amqpConnectionOptions })
    opened.push(adapter)
    const handlers = recorder()
    const ready = adapter.connect(handlers)
    ready.catch(() => {})
    return { adapter, ready, ...handlers }
  }

  async function open(address?: string, amqpConnectionOptions?: object): Promise<Dialled> {
    const dialled = dial(address, amqpConnectionOptions)
    await dialled.ready
    return dialled
  }

  const exchanges = () =>
    broker.eval(`rabbit_exchange:info_all(<<"${VHOST}">>, [name, type, durable, auto_delete])`)
  const queues = () =>
    broker.eval(`[rabbit_amqqueue:info(Q, [durable, auto_delete, exclusive, consumers])
      || Q <- rabbit_amqqueue:list(<<"${VHOST}">>)]`)
  const counts = () =>
    broker.eval(`{length(rabbit_networking:connections()), length(rabbit_channel:list()),
      length(rabbit_amqqueue:list(<<"${VHOST}">>)), length(rabbit_amqqueue:consumers_all(<<"${VHOST}">>))}`)
  const nothingLeft = () => eventually(async () => expect(await counts()).to.equal('{0,0,0,0}'))
  const deleteExchange = (name: string) =>
    broker.eval(`rabbit_exchange:delete({resource, <<"${VHOST}">>, exchange, <<"${name}">>}, false, <<"x">>)`)
  const declareExchange = async (name: string, durable: boolean) => {
    const connection = await connect(uri)
    await (await connection.createChannel()).assertExchange(name, 'fanout', { durable })
    await connection.close()
  }

  describeSyncAdapter('amqp', {
    options: () => ({ uri }),
    broker: { kill: () => broker.kill(), start: () => broker.start() }
  })

  describe('connect', () => {
    it('declares an exchange named `key`, fanout and not durable, and an exclusive, auto-deleted queue', async () => {
      await open()
      expect(await exchanges()).to.contain(
        `exchange,<<"${key}">>}},{type,fanout},{durable,false},{auto_delete,false}`
      )
      expect(await queues()).to.equal('[[{durable,false},{auto_delete,true},{exclusive,true},{consumers,1}]]')
    })

    it('takes the exchange of an instance of feathers-sync 3', async () => {
      await declareExchange(key, false)
      const [one, two] = [await open(), await open()]
      await one.adapter.publish(Buffer.from('hello'))
      await eventually(() => two.received.length === 1, { message: 'the message' })
    })

    it('says again and again what is wrong with an exchange of other properties, until it is gone', async () => {
      await declareExchange(key, true)
      const { ready, errors } = dial()
      await eventually(() => errors.length >= 3, { message: 'three errors' })
      for (const error of errors) {
        expect(error).to.be.instanceOf(SyncError).with.property('kind', 'connect')
        expect(error.message).to.match(
          /PRECONDITION_FAILED.*durable.*delete that exchange, or choose another/
        )
      }
      await deleteExchange(key)
      await ready
    })

    it('hands amqpConnectionOptions on to the driver', async () => {
      const clientProperties = { connection_name: 'the api' }
      const options = { heartbeatIntervalInSeconds: 7, connectionOptions: { clientProperties } }
      await open(uri, options)
      const seen = await broker.eval('rabbit_networking:connection_info_all([timeout, client_properties])')
      expect(seen).to.contain('{timeout,7}').and.to.contain('"the api"')
    })

    it('rejects `ready` for a wrong password, without showing it', async () => {
      const { adapter, ready, errors } = dial(uri.replace('guest:guest', 'guest:secret'))
      const error = await rejection(ready)
      expect(error).to.be.instanceOf(SyncError).with.property('kind', 'auth')
      expect((error as SyncError).message).to.contain(
        `the amqp adapter at amqp://guest:***@127.0.0.1:${broker.port}/${VHOST} was refused`
      )
      expect(String(errors)).not.to.contain('secret')
      await nothingLeft() // it doesn't go on trying
      expect(adapter.status).to.equal('closed')
    })

    it('rejects `ready` where the user may not declare the exchange', async () => {
      await addUser('reader', '"^$"')
      const error = await rejection(dial(uri.replace('guest:guest', 'reader:pw')).ready)
      expect(error).to.be.instanceOf(SyncError).with.property('kind', 'auth')
      expect((error as SyncError).message).to.match(/access to exchange .* refused for user 'reader'/)
    })

    it('waits for a virtual host that does not exist, and says so', async () => {
      const vhost = `late-${randomUUID()}`
      const { ready, errors } = dial(`${broker.uri}/${vhost}`)
      await eventually(() => errors.length > 1, { message: 'errors' })
      expect(errors[0]).to.have.property('kind', 'connect')
      expect(errors[0]?.message).to.match(/the virtual host .* doesn't exist, or its user has no access/)
      await broker.createVhost(vhost)
      await ready
    })

    it('says what to install where the driver is missing', async () => {
      const { stdout } = await run(`
        import { register } from 'node:module'
        register('data:text/javascript,export const resolve = (name, context, next) => {' +
          'if (name === "amqplib") throw new Error("Cannot find package"); return next(name, context) }')
        const { default: sync } = await import('./lib/index.ts')
        const { feathers } = await import('@feathersjs/feathers')
        const app = feathers().configure(sync({ uri: 'amqp://localhost' }))
        app.on('sync-error', () => {})
        await app.sync.ready.catch(({ kind, message }) => console.log(kind, message))`)
      expect(stdout).to.match(/^driver .*npm install amqplib/)
    })

    it('survives a cut in the midst of the set-up', async () => {
      proxy.trickle(1000)
      const { adapter, ready, errors } = dial(proxied())
      const channels = async () => expect(await broker.eval('length(rabbit_channel:list())')).to.equal('1')
      await eventually(channels, { message: 'the channel' })
      expect(adapter.status).to.equal('connecting')
      proxy.cut()
      await eventually(() => errors.length > 0, { message: 'the error' })
      proxy.resume()
      await ready
    })

    it('survives a cut while it closes a connection whose set-up failed', async () => {
      await declareExchange(key, true)
      class Cut extends AmqpAdapter {
        protected override debug(format: string): void {
          if (!format.startsWith('channel')) return
          proxy.stall()
          setImmediate(() => proxy.cut()).unref()
          setImmediate(() => proxy.resume()).unref()
        }
      }
      const { ready, errors } = dial(proxied(), {}, new Cut())
      await eventually(() => errors.length >= 3, { message: 'three attempts' })
      await deleteExchange(key)
      await ready
    })
  })

  describe('recovery', () => {
    it('keeps connections, channels, queues and consumers constant, and sends one copy', async () => {
      const [one, two] = [await open(), await open()]
      const before = await counts()
      expect(before).to.equal('{2,2,2,2}')
      for (let round = 1; round <= 20; round += 1) {
        await broker.closeConnections()
        await eventually(() => [one, two].every(({ statuses }) => statuses.length === 2 * round + 2))
        await one.adapter.publish(Buffer.from(`round ${round}`))
        await eventually(() => two.received.length >= round, { message: `the message of round ${round}` })
      }
      await eventually(async () => expect(await counts()).to.equal(before))
      expect(two.received.map(String)).to.deep.equal(Array.from({ length: 20 }, (_, i) => `round ${i + 1}`))
    })

    it('subscribes again, once, when the server cancels its consumer', async () => {
      const [one, two] = [await open(), await open()]
      await broker.eval(
        `[rabbit_amqqueue:delete(Q, false, false, <<"x">>) || Q <- rabbit_amqqueue:list(<<"${VHOST}">>)]`
      )
      await recovered(one, two)
    })

    it('subscribes again, once, when the server closes its channel', async () => {
      const [one, two] = [await open(), await open()]
      await deleteExchange(key)
      await Promise.all([one, two].map(({ adapter }) => adapter.publish(Buffer.from('into the void'))))
      await recovered(one, two)
    })

    it('notices by its heartbeat that nothing comes any more, and destroys the dead socket', async () => {
      const { adapter, statuses } = await open(proxied(), { heartbeatIntervalInSeconds: 1 })
      proxy.stall()
      await eventually(() => statuses.includes('reconnecting'), { message: 'the outage to be noticed' })
      proxy.resume()
      await eventually(() => adapter.status === 'ready', { message: 'the reconnect' })
      await eventually(() => proxy.connections === 1, { message: 'the end of the first connection' })
    })

    it('keeps nothing of the attempts that failed', async () => {
      const warnings: Error[] = []
      const onWarning = (warning: Error) => warnings.push(warning)
      process.on('warning', onWarning)
      proxy.refuse()
      const { errors } = dial(proxied(), { recovery: { initialDelay: 1, maxDelay: 5 } })
      await eventually(() => errors.length > 30, { message: '30 attempts' })
      process.off('warning', onWarning)
      expect(warnings.map(({ name }) => name)).not.to.include('MaxListenersExceededWarning')
    })

    it('goes on where `recovery` limits the retries', async () => {
      const { adapter, errors } = await open(proxied(), { recovery: { maxRetries: 1 } })
      proxy.refuse()
      proxy.cut()
      await eventually(() => errors.length >= 6, { message: 'more than two attempts' })
      await proxy.accept()
      await eventually(() => adapter.status === 'ready', { message: 'the reconnect' })
    })
  })

  describe('publish', () => {
    const messages = Array.from({ length: 100 }, (_, index) => Buffer.alloc(200_000, index))

    it('resolves only when the driver has room again, in the order of the calls', async () => {
      const [one, two] = [await open(proxied()), await open()]
      proxy.stall('up')
      const taken: number[] = []
      const all = messages.map((message, index) => one.adapter.publish(message).then(() => taken.push(index)))
      await two.adapter.publish(Buffer.from('meanwhile'))
      await eventually(() => two.received.length === 1, { message: 'a message by another way' })
      expect(taken).to.have.length.below(50)
      proxy.resume()
      await Promise.all(all)
      await eventually(() => two.received.length === 101, { message: 'all messages' })
      expect(two.received.slice(1).map((message) => message[0])).to.deep.equal([...messages.keys()])
    })

    it('rejects what has to wait when the channel closes', async () => {
      const { adapter } = await open(proxied())
      proxy.stall('up')
      const all = messages.map((message) => adapter.publish(message))
      const outcomes = Promise.allSettled(all)
      proxy.cut()
      const rejected = (await outcomes).filter(({ status }) => status === 'rejected')
      expect(rejected).to.have.length.above(50)
      expect(rejected[0]).to.have.nested.property('reason.kind', 'publish')
      proxy.resume()
    })
  })

  describe('close', () => {
    it('leaves nothing at the broker', async () => {
      const [one, two] = [await open(), await open()]
      await Promise.all([one.adapter.close(), two.adapter.close()])
      await nothingLeft()
    })

    it('ends in time where the broker does not answer, and destroys the socket', async () => {
      const { adapter } = await open(proxied())
      proxy.stall()
      const began = performance.now()
      await adapter.close()
      expect(performance.now() - began).to.be.within(500, 1500)
      proxy.resume()
      await eventually(() => proxy.connections === 0, { message: 'the end of the connection' })
      await nothingLeft() // it doesn't connect again
    })

    it('ends a dial that hangs, at once, and destroys the socket', async () => {
      const sockets: Socket[] = []
      const mute = createServer((socket) => sockets.push(socket.on('error', () => {}).resume()))
      await once(mute.listen(0, '127.0.0.1'), 'listening')
      const { adapter } = dial(`amqp://127.0.0.1:${(mute.address() as AddressInfo).port}`)
      await eventually(() => sockets.length === 1, { message: 'the connection' })
      const began = performance.now()
      await adapter.close()
      expect(performance.now() - began).to.be.below(500)
      await eventually(() => sockets[0]?.destroyed, { timeout: 1000, message: 'the end of the connection' })
      mute.close()
    })
  })

  /** Both have been away and are back, and what one sends reaches the other once. */
  async function recovered(...all: Dialled[]): Promise<void> {
    const [one, two] = all
    await eventually(() => all.every(({ statuses }) => statuses.includes('reconnecting')))
    await eventually(() => all.every(({ adapter }) => adapter.status === 'ready'))
    await one?.adapter.publish(Buffer.from('again'))
    await one?.adapter.publish(Buffer.from('last'))
    await eventually(() => two?.received.map(String).includes('last'))
    expect(two?.received.map(String)).to.deep.equal(['again', 'last'])
    expect(await counts()).to.equal('{2,2,2,2}')
  }

  async function addUser(name: string, configure: string): Promise<void> {
    await broker.eval(`rabbit_auth_backend_internal:add_user(<<"${name}">>, <<"pw">>, <<"x">>),
      rabbit_auth_backend_internal:set_permissions(<<"${name}">>, <<"${VHOST}">>, <<${configure}>>, <<".*">>, <<".*">>,
        <<"x">>)`)
  }
})
