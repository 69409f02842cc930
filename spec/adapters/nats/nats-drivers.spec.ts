import { expect } from 'chai'
import { createContainer, SyncAdapter } from '../../../lib/index.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { closeProbes, expectOneCopy, type Probe } from '../../support/probe.js'
import { runScript } from '../../support/process.js'
import { probesOf, TransportNodeAdapter } from './drivers.js'

describe('NatsAdapter and its drivers', () => {
  let broker: NatsBroker

  before(async () => {
    broker = await startNats()
  })
  after(() => broker.stop())
  afterEach(closeProbes)

  describe('with @nats-io/transport-node', () => {
    const container = createContainer()
    container.bind(SyncAdapter).to(TransportNodeAdapter).whenNamed('nats')

    describeSyncAdapter('nats', {
      options: () => ({ uri: broker.uri, container }),
      takesLargeMessages: false,
      broker: { kill: () => broker.kill(), start: () => broker.start() }
    })
  })

  it('syncs an instance that has one with an instance that has the other', async () => {
    const [one, two] = probesOf({ uri: broker.uri }) as [Probe, Probe]
    await Promise.all([one.ready, two.ready])
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
  })

  for (const missing of ['nats', '@nats-io/transport-node']) {
    it(`takes the other one where ${missing} is not installed`, async () => {
      const hooks = `export const resolve = (name, context, next) => {
        if (name === '${missing}') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
        return next(name, context)
      }`
      const { output, errors, lingered } = await runScript(`
        import { register } from 'node:module'
        register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))})
        const { feathers } = await import('@feathersjs/feathers')
        const { default: sync } = await import('./lib/index.ts')
        const app = feathers().configure(sync({ uri: '${broker.uri}' }))
        await app.sync.ready
        await app.teardown()
        console.log(app.sync.status)`)
      expect({ output, errors }).to.deep.equal({ output: 'closed\n', errors: '' })
      expect(lingered).to.be.below(1500)
    })
  }
})
