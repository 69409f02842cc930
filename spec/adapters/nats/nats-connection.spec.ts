import { expect } from 'chai'
import type { NatsConnectionLike } from '../../../lib/adapters/nats/nats-connection.js'
import sync, { NatsAdapter, type SyncError } from '../../../lib/index.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { runScript } from '../../support/process.js'
import { startProxy } from '../../support/proxy.js'
import { DRIVERS, onConnection } from './drivers.js'

/** As an application should make it: it tries for ever, and soon. */
const PATIENT = { maxReconnectAttempts: -1, reconnectTimeWait: 20, reconnectJitter: 0 }

for (const [name, { connect }] of Object.entries(DRIVERS)) {
  describe(`NatsAdapter on a connection of ${name} that was handed in`, () => {
    let broker: NatsBroker
    const connections: NatsConnectionLike[] = []

    before(async () => {
      broker = await startNats()
    })
    after(() => broker.stop())

    const open = async (options: object = {}): Promise<NatsConnectionLike> => {
      const connection = await connect({ servers: broker.uri, ...PATIENT, ...options })
      connections.push(connection)
      return connection
    }

    /** Nothing of ours is left, and they are open. */
    const expectUntouched = async () => {
      for (const connection of connections) {
        if (connection.isClosed()) continue
        await eventually(() => onConnection(connection).listeners === 0, { message: 'no listener' })
        expect(onConnection(connection)).to.deep.equal({ subscriptions: 0, listeners: 0 })
      }
    }

    afterEach(async () => {
      await closeProbes()
      await Promise.all(connections.splice(0).map((connection) => connection.close()))
    })

    const on = (natsConnection: NatsConnectionLike): Probe =>
      probe(new NatsAdapter(), { adapter: 'nats', natsConnection })

    describe('in the suite of all adapters', () => {
      let given = 0

      beforeEach(async () => {
        given = 0
        for (let count = 0; count < 6; count += 1) await open()
      })

      afterEach(async () => {
        expect(connections.filter((connection) => connection.isClosed())).to.deep.equal([])
        await expectUntouched()
      })

      describeSyncAdapter('nats', {
        options: () => ({ adapter: 'nats', natsConnection: connections[given++ % connections.length] }),
        takesLargeMessages: false,
        broker: { kill: () => broker.kill(), start: () => broker.start() }
      })
    })

    it('shares one connection with another instance, and with its owner', async () => {
      const connection = await open()
      const own: Uint8Array[] = []
      connection.subscribe('own', { callback: (_error, { data }) => own.push(data) })
      const [one, two] = [on(connection), on(connection)]
      await Promise.all([one.ready, two.ready])
      await expectOneCopy(one, [two])
      await expectOneCopy(two, [one])
      await closeProbes()
      connection.publish('own', Buffer.from('still here'))
      await eventually(() => own.length === 1)
      expect(onConnection(connection)).to.include({ subscriptions: 1 })
    })

    it('follows its reconnects: away, nothing is published, and back with one subscription', async () => {
      const proxy = await startProxy(broker.port)
      const [one, two] = [on(await open({ servers: `127.0.0.1:${proxy.port}` })), on(await open())]
      await Promise.all([one.ready, two.ready])
      for (let times = 1; times <= 3; times += 1) {
        proxy.refuse()
        proxy.cut()
        await eventually(() => one.adapter.status === 'reconnecting')
        expect(await rejection(one.adapter.publish(Buffer.from('dropped')))).to.have.property(
          'kind',
          'publish'
        )
        await proxy.accept()
        await eventually(() => one.adapter.status === 'ready')
        await expectOneCopy(one, [two])
        await expectOneCopy(two, [one])
      }
      expect(two.received.map(String)).not.to.include('dropped')
      await closeProbes()
      await expectUntouched()
      await proxy.close()
    })

    it('closed by its owner: away, with the reason, and no attempts', async () => {
      const connection = await open()
      const { ready, adapter, errors, statuses } = on(connection)
      await ready
      await connection.close()
      await eventually(() => adapter.status === 'reconnecting')
      expect(errors.map(({ kind }) => kind)).to.deep.equal(['connect'])
      expect(errors[0]?.message).to.match(/the one in `natsConnection` is closed, .*maxReconnectAttempts: -1/)
      expect(statuses).to.deep.equal(['connecting', 'ready', 'reconnecting'])
    })

    it('closed between sync() and connect(): ready rejects', async () => {
      const connection = await open()
      const app = { natsConnection: connection, adapter: 'nats' }
      await connection.close()
      const error = (await rejection(probe(new NatsAdapter(), app).ready)) as SyncError
      expect(error).to.have.property('kind', 'options')
      expect(error.message).to.contain('the one in `natsConnection` is closed')
    })

    it('drained by its owner: what was published arrives, and then it is away', async () => {
      const [connection, other] = [await open(), await open()]
      const [one, two] = [on(connection), on(other)]
      await Promise.all([one.ready, two.ready])
      const published = one.adapter.publish(Buffer.from('the last'))
      await (connection as unknown as { drain(): Promise<void> }).drain()
      await published
      await eventually(() => two.received.map(String).includes('the last'))
      await eventually(() => one.adapter.status === 'reconnecting')
    })

    it('refuses one with noEcho, a promise of one, one that is closed, and what is none', async () => {
      const closed = await open()
      await closed.close()
      const cases: [value: unknown, text: RegExp][] = [
        [await open({ noEcho: true }), /has to be made without `noEcho`: an instance has to hear itself/],
        [Promise.resolve(closed), /has to be a connection, got a promise: await what connect\(\) returns/],
        [closed, /has to be open, got one that is closed: connect again/],
        [{}, /has to be a connection of nats 2 or @nats-io\/transport-node 3, .* got another object/],
        ['nats://localhost', /as await connect\(\) returns it, got a string/],
        [null, /has to be a connection of nats 2 .*, got null/]
      ]
      for (const [natsConnection, text] of cases) {
        expect(() => sync.nats({ natsConnection: natsConnection as NatsConnectionLike })).to.throw(
          TypeError,
          text
        )
      }
    })

    it('refuses `uri` and natsConnectionOptions beside it, and takes `nats:`, which names the adapter', async () => {
      const natsConnection = await open()
      const uri = /`uri` option has no effect on `natsConnection`.*: write sync.nats\({ natsConnection }\)/
      expect(() => sync({ uri: 'nats://localhost', natsConnection })).to.throw(TypeError, uri)
      expect(() => sync.nats({ uri: ['nats://a', 'nats://b'], natsConnection })).to.throw(TypeError, uri)
      expect(() => sync.nats({ natsConnectionOptions: {}, natsConnection })).to.throw(
        TypeError,
        /`natsConnectionOptions` option has no effect on `natsConnection`.*: leave one of them out/
      )
      sync({ uri: 'nats:', natsConnection })
      sync({ adapter: 'nats', natsConnection })
    })

    it('does not hold the process: it ends when the owner has closed the connection', async () => {
      const { output, errors, code, lingered } = await runScript(`
        import { connect } from '${name.split(' ')[0]}'
        import { feathers } from '@feathersjs/feathers'
        import sync from './lib/index.ts'
        const natsConnection = await connect({ servers: '${broker.uri}' })
        const app = feathers().configure(sync.nats({ natsConnection }))
        await app.sync.ready
        await app.teardown()
        console.log(natsConnection.isClosed())
        await natsConnection.close()
        console.log('closed')`)
      expect({ output, errors, code }).to.deep.equal({ output: 'false\nclosed\n', errors: '', code: 0 })
      expect(lingered).to.be.below(1500)
    })
  })
}
