import { expect } from 'chai'
import sync, { NatsAdapter, type NatsSyncOptions, type SyncError } from '../../../lib/index.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { startProxy } from '../../support/proxy.js'

describe('NatsAdapter', () => {
  let broker: NatsBroker

  before(async () => {
    broker = await startNats()
  })
  after(() => broker.stop())
  afterEach(closeProbes)

  describeSyncAdapter('nats', {
    options: () => ({ uri: broker.uri }),
    takesLargeMessages: false,
    broker: { kill: () => broker.kill(), start: () => broker.start() }
  })

  const nats = (options: NatsSyncOptions = {}): Probe =>
    probe(new NatsAdapter(), { uri: broker.uri, ...options })

  async function expectInSync(...[one, two]: [Probe, Probe]): Promise<void> {
    await Promise.all([one.ready, two.ready])
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
  }

  it('takes what the server takes after its configuration was loaded again', async () => {
    const small = await startNats({ maxPayload: 2 ** 20 })
    try {
      const one = nats({ uri: small.uri })
      await one.ready
      expect(one.adapter.maxPayload).to.equal(2 ** 20)
      small.options.maxPayload = 65_536
      await small.reload()
      await one.adapter.publish(Buffer.alloc(100_000)).catch(() => {})
      await eventually(() => one.adapter.maxPayload === 65_536, { message: 'the new limit' })
      await eventually(() => one.adapter.status === 'ready')
      expect(await rejection(one.adapter.publish(Buffer.alloc(65_537)))).to.have.property('kind', 'too-large')
      await one.adapter.publish(Buffer.alloc(65_536))
      await eventually(() => one.received.length === 1)
      for (const { kind } of one.errors) expect(kind).to.equal('connect')
    } finally {
      await small.stop()
    }
  })

  describe('options', () => {
    it('merges the servers of natsConnectionOptions with `uri`', async () => {
      const nowhere = 'nats://127.0.0.1:1'
      const here = `127.0.0.1:${broker.port}`
      const one = nats({ uri: nowhere, natsConnectionOptions: { servers: [here] } })
      await expectInSync(one, nats({ natsConnectionOptions: { servers: '127.0.0.1:1' } }))
    })

    it('takes servers alone', async () => {
      const natsConnectionOptions = { servers: `127.0.0.1:${broker.port}` }
      await expectInSync(probe(new NatsAdapter(), { adapter: 'nats', natsConnectionOptions }), nats())
      await expectInSync(nats(), probe(new NatsAdapter(), { uri: 'nats://', natsConnectionOptions }))
    })

    it('goes to the default port of this machine without any', async () => {
      const { adapter, errors } = probe(new NatsAdapter(), { adapter: 'nats' })
      await eventually(() => adapter.status === 'ready' || errors.length > 0)
      for (const { message } of errors) {
        expect(message).to.match(
          /could not connect: no server listens at 127\.0\.0\.1:4222: .*CONNECTION_REFUSED$/
        )
      }
    })

    it('refuses noEcho', () => {
      expect(() => sync.nats({ natsConnectionOptions: { noEcho: true } })).to.throw(
        TypeError,
        'the `natsConnectionOptions.noEcho` option has to be left out: an instance has to hear itself'
      )
      expect(() => sync.nats({ natsConnectionOptions: { noEcho: false } })).not.to.throw()
    })

    it('reconnects without end, whatever natsConnectionOptions say', async () => {
      const natsConnectionOptions = {
        reconnect: false,
        maxReconnectAttempts: 1,
        reconnectTimeWait: 1,
        reconnectJitter: 0
      }
      const one = nats({ natsConnectionOptions })
      await one.ready
      await broker.kill()
      await eventually(() => one.errors.length > 0)
      await broker.start()
      await eventually(() => one.adapter.status === 'ready')
      await expectInSync(one, nats())
    })
  })

  it('needs one TCP connection for any number of messages', async () => {
    const proxy = await startProxy(broker.port)
    const one = nats({ uri: `nats://127.0.0.1:${proxy.port}` })
    const two = nats()
    await Promise.all([one.ready, two.ready])
    for (let count = 0; count < 200; count += 1) {
      await one.adapter.publish(Buffer.of(count))
      expect(proxy.connections).to.equal(1)
    }
    await eventually(() => two.received.length === 200)
    expect(proxy.connections).to.equal(1)
    await one.adapter.close()
    await eventually(() => proxy.connections === 0)
    await proxy.close()
  })

  it("takes messages up to the server's max_payload, and refuses larger ones", async () => {
    const small = await startNats({ maxPayload: 1000 })
    const [one, two] = [nats({ uri: small.uri }), nats({ uri: small.uri })]
    await Promise.all([one.ready, two.ready])
    const error = (await rejection(one.adapter.publish(Buffer.alloc(1001)))) as SyncError
    expect(error.kind).to.equal('too-large')
    expect(error.message).to.match(/takes messages of 1000 bytes, this one has 1001$/)
    await one.adapter.publish(Buffer.alloc(1000))
    await eventually(() => two.received.length === 1)
    expect(two.received[0]).to.have.length(1000)
    await closeProbes()
    await small.stop()
  })

  it('leaves no connection when it is closed at any moment', async () => {
    const proxy = await startProxy(broker.port)
    for (let turns = 0; turns < 40; turns += 1) {
      const { adapter } = nats({ uri: `nats://127.0.0.1:${proxy.port}` })
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      await adapter.close()
    }
    await eventually(() => proxy.connections === 0, { message: 'the connections to end', timeout: 3000 })
    await proxy.close()
  })
})
