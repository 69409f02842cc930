import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { feathers } from '@feathersjs/feathers'
import { Aedes } from 'aedes'
import { expect } from 'chai'
import { MqttAdapter } from '../../examples/mqtt-adapter/mqtt-adapter.mjs'
import { mqttSync } from '../../examples/mqtt-adapter/mqtt-sync.mjs'
import sync, { createContainer, SyncAdapter } from '../../lib/index.js'
import { recorder } from '../conformance/instances.js'
import { rejection } from '../conformance/rejection.js'
import type { Daemon } from '../support/brokers/daemon.js'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'
import { TcpProxy } from '../support/proxy.js'
import { Example } from './example.js'

const example = new Example('mqtt-adapter')
const container = createContainer()
container
  .bind(SyncAdapter)
  .to(MqttAdapter as never)
  .whenNamed('mqtt')

// The conformance suite is mqtt-adapter.spec.mjs in the example.
describe('examples/mqtt-adapter', () => {
  let port: number
  let broker: Daemon
  const start = async () => {
    broker = await example.start('broker.mjs', /the broker is at/, {}, `${port}`)
  }

  beforeEach(async () => {
    port = await freePort()
    await start()
  })
  afterEach(() => broker.kill())

  it('prints what its README shows', () => example.expectOutput({ MQTT_URI: `mqtt://127.0.0.1:${port}` }))

  it('the function goes on after a restart of the broker', async () => {
    const apps = [1, 2].map(() => {
      const app = feathers()
      app.configure(
        mqttSync({ uri: `mqtt://127.0.0.1:${port}`, key: 'k', mqttOptions: { reconnectPeriod: 50 } })
      )
      app.use('messages', { create: async (data: object) => data } as never)
      return app
    })
    await Promise.all(apps.map((app) => app.sync.ready))
    const texts: string[] = []
    apps[1]?.service('messages').on('created', ({ text }) => texts.push(text))
    await broker.kill()
    await start()
    await eventually(async () => {
      await apps[0]?.service('messages').create({ text: 'after' })
      return texts.includes('after')
    })
    await Promise.all(apps.map((app) => app.teardown()))
  })

  it('refuses a key that is a pattern to MQTT', async () => {
    const app = feathers().configure(sync({ uri: `mqtt://127.0.0.1:${port}`, key: 'all/#', container }))
    const error = await rejection(app.sync.ready)
    expect(error).to.include({ kind: 'options' })
    expect(String(error)).to.match(/'all\/#'.*wildcards/)
  })

  it('settles what is being published, and closes, while the broker reads nothing', async () => {
    const proxy = new TcpProxy(await freePort(), port)
    await proxy.accept()
    const adapter = new MqttAdapter() as unknown as SyncAdapter
    adapter.options = { uri: `mqtt://127.0.0.1:${proxy.port}`, adapter: 'mqtt', key: 'stalled' }
    await adapter.connect(recorder())
    proxy.stall()
    const outcomes: string[] = []
    const published = Array.from({ length: 40 }, () =>
      adapter.publish(Buffer.alloc(1_000_000)).then(
        () => outcomes.push('taken'),
        () => outcomes.push('rejected')
      )
    )
    await turn()
    const began = performance.now()
    await adapter.close()
    expect(performance.now() - began).to.be.below(1900)
    await Promise.all(published)
    expect(outcomes).to.include('rejected')
    await proxy.close()
  })
})

describe('examples/mqtt-adapter, at a broker that refuses', () => {
  let server: Server
  let port: number
  let unanswered = 0

  before(async () => {
    const broker = await Aedes.createBroker({
      authenticate: (_client, user, _password, done) => done(null, user === 'ann'),
      authorizeSubscribe: (client, subscription, done) => {
        if (subscription.topic !== 'slow' || ++unanswered > 1)
          return done(null, subscription.topic === 'forbidden' ? null : subscription)
        client?.close()
      }
    })
    server = createServer(broker.handle)
    port = await freePort()
    await once(server.listen(port, '127.0.0.1'), 'listening')
    after(() => new Promise<void>((resolve) => broker.close(() => server.close(() => resolve()))))
  })

  for (const [what, user, key] of [
    ['credentials', 'bob:secret', 'allowed'],
    ['the subscription', 'ann:secret', 'forbidden']
  ] as const) {
    it(`${what}: ready rejects, and the message has no password`, async () => {
      const app = feathers().configure(sync({ uri: `mqtt://${user}@127.0.0.1:${port}`, key, container }))
      const error = await rejection(app.sync.ready)
      expect(error).to.include({ kind: 'auth' })
      expect(String(error)).not.to.include('secret')
    })
  }

  it('connects again where the connection is lost before the subscription is answered', async () => {
    const app = feathers().configure(
      sync({ uri: `mqtt://ann:secret@127.0.0.1:${port}`, key: 'slow', container })
    )
    await app.sync.ready
    expect(unanswered).to.equal(2)
    await app.teardown()
  })
})
