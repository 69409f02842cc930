import { expect } from 'chai'
import { NatsAdapter } from '../../../lib/adapters/nats/nats-adapter.js'
import { SyncError } from '../../../lib/errors.js'
import { rejection } from '../../conformance/rejection.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { freePort } from '../../support/brokers/ports.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { runScript } from '../../support/process.js'
import { startProxy, type TcpProxy } from '../../support/proxy.js'

describe('NatsAdapter when connections fail', () => {
  let broker: NatsBroker
  let proxy: TcpProxy

  before(async () => {
    broker = await startNats()
  })
  after(() => broker.stop())

  beforeEach(async () => {
    proxy = await startProxy(broker.port)
  })

  afterEach(async () => {
    proxy.resume()
    await closeProbes()
    await proxy.close()
  })

  const nats = (): Probe => probe(new NatsAdapter(), { uri: `nats://127.0.0.1:${proxy.port}` })

  it('is back after each of several cuts, with one subscription', async () => {
    const [one, two] = [nats(), nats()]
    await Promise.all([one.ready, two.ready])
    for (let times = 1; times <= 3; times += 1) {
      proxy.cut()
      for (const { adapter, statuses } of [one, two]) {
        await eventually(() => statuses.filter((status) => status === 'reconnecting').length === times)
        await eventually(() => adapter.status === 'ready')
      }
      await expectOneCopy(one, [two])
      await expectOneCopy(two, [one])
    }
  })

  it('connects again when the connection is cut before the subscription is live', async () => {
    proxy.stall('down')
    const one = nats()
    await eventually(() => proxy.connections === 1)
    proxy.cut()
    proxy.resume()
    await one.ready
    expect(one.errors.length).to.be.greaterThan(0)
    await expectOneCopy(one, [one])
  })

  it('survives a lame duck', async () => {
    const [one, two] = [nats(), nats()]
    await Promise.all([one.ready, two.ready])
    broker.lameDuck()
    await eventually(() => [one, two].every(({ statuses }) => statuses.includes('reconnecting')))
    await eventually(() =>
      broker.start().then(
        () => true,
        () => false // it hasn't ended yet
      )
    )
    await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'))
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
  })

  it('is closed in time when the server has fallen silent, and takes back what it has not got', async () => {
    const one = nats()
    await one.ready
    proxy.stall()
    const refused = rejection(one.adapter.publish(Buffer.from('into the void')))
    const start = performance.now()
    await one.adapter.close()
    expect(performance.now() - start).to.be.below(1900) // the base would wait for 2 s
    expect(await refused)
      .to.be.instanceOf(SyncError)
      .with.property('kind', 'publish')
  })

  for (const [state, port] of Object.entries({
    'while the broker is absent': freePort,
    'when it is ready': async () => broker.port
  })) {
    it(`does not hold the process when it is closed ${state}`, async () => {
      const { output, errors, code, lingered } = await runScript(`
        import { feathers } from '@feathersjs/feathers'
        import sync from './lib/index.ts'
        const app = feathers().configure(sync({ uri: 'nats://127.0.0.1:${await port()}' }))
        await Promise.race([app.sync.ready, new Promise((resolve) => app.on('sync-error', resolve))])
        await app.teardown()
        console.log('closed')`)
      expect({ output, errors, code }).to.deep.equal({ output: 'closed\n', errors: '', code: 0 })
      expect(lingered).to.be.below(1500)
    })
  }
})
