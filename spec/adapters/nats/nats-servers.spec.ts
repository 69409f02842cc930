import { expect } from 'chai'
import type { SyncError } from '../../../lib/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { announces, startNatsCluster } from '../../support/brokers/nats-cluster.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe } from '../../support/probe.js'
import { probesOf } from './drivers.js'

describe('NatsAdapter with several servers', () => {
  const running: NatsBroker[] = []

  const start = async (options: Parameters<typeof startNats>[0] = {}): Promise<NatsBroker> => {
    const broker = await startNats(options)
    running.push(broker)
    return broker
  }

  afterEach(async () => {
    await closeProbes()
    await Promise.all(running.splice(0).map((broker) => broker.stop()))
  })

  const NOWHERE = 'nats://127.0.0.1:1'

  it('takes a list and a comma-separated string, with the credentials of each', async () => {
    const one = await start({ user: 'ada', password: 'p,w@1' })
    const two = await start({ user: 'bob', password: 'pw:2' })
    for (const uri of [[one.uri, two.uri], `${one.uri.replaceAll(',', '%2C')} , ${two.uri}`]) {
      for (const { ready } of [...probesOf({ uri }), ...probesOf({ uri })]) await ready
    }
    await one.kill()
    const left = probesOf({ uri: [one.uri, two.uri] })
    await Promise.all(left.map(({ ready }) => ready))
    const [first, second] = left as [Probe, Probe]
    await expectOneCopy(first, [second])
    await one.start()
    await two.kill()
    await eventually(() => left.every(({ adapter }) => adapter.status === 'ready'))
    await expectOneCopy(second, [first])
  })

  it('takes natsConnectionOptions.servers too, with the credentials of each', async () => {
    const broker = await start({ user: 'ada', password: 'pw' })
    for (const { ready } of probesOf({ uri: NOWHERE, natsConnectionOptions: { servers: [broker.uri] } }))
      await ready
  })

  it('refused by all of them: ready rejects, and says what each said, without the passwords', async () => {
    const [one, two] = [
      await start({ user: 'a', password: 'pw' }),
      await start({ user: 'b', password: 'pw' })
    ]
    const uri = [one, two].map(({ uri }) => uri.replace(':pw@', ':s3cret@'))
    for (const { ready } of probesOf({ uri })) {
      const { kind, message } = (await rejection(ready)) as SyncError
      expect(kind).to.equal('auth')
      expect(message).to.contain(`127.0.0.1:${one.port} refused`).and.contain(`127.0.0.1:${two.port} refused`)
      expect(message).not.to.contain('s3cret')
    }
  })

  it('refused by one while the other is absent: tries on, and connects when that is there', async () => {
    const [one, two] = [await start({ user: 'a', password: 'pw' }), await start()]
    await two.kill()
    const probes = probesOf({ uri: [`nats://a:wrong@127.0.0.1:${one.port}`, two.uri] })
    for (const { errors } of probes) {
      await eventually(() => errors.length > 0)
      expect(errors[0]?.kind).to.equal('connect')
      expect(errors[0]?.message).to.contain('refused the credentials').and.contain('no server listens at')
    }
    await two.start()
    for (const { ready } of probes) await ready
  })

  it('uses the servers that a cluster announces, with the credentials of the first', async () => {
    const authorization = { user: 'ada', password: 'pw' }
    const nodes = await startNatsCluster(2, { authorization })
    running.push(...nodes)
    const [one, two] = nodes as [NatsBroker, NatsBroker]
    const uri = `nats://ada:pw@127.0.0.1:${one.port}`
    const [first, second] = probesOf({ uri }) as [Probe, Probe]
    await Promise.all([first.ready, second.ready])
    await one.kill()
    await eventually(() => [first, second].every(({ statuses }) => statuses.includes('reconnecting')))
    await eventually(() => [first, second].every(({ adapter }) => adapter.status === 'ready'))
    await expectOneCopy(first, [second])
    await two.kill()
    await one.start()
    await eventually(() => [first, second].every(({ adapter }) => adapter.status === 'ready'))
    await expectOneCopy(second, [first])
  })

  it('uses a server that joins the cluster later, and not with ignoreClusterUpdates', async () => {
    const [one, two] = (await startNatsCluster(2)) as [NatsBroker, NatsBroker]
    running.push(one, two)
    await two.kill()
    const probes = probesOf({ uri: one.uri })
    const [apart] = probesOf({ uri: one.uri, natsConnectionOptions: { ignoreClusterUpdates: true } }) as [
      Probe
    ]
    await Promise.all([...probes, apart].map(({ ready }) => ready))
    await two.start()
    await announces(one, 2)
    for (const { adapter } of [...probes, apart]) {
      for (const text of ['the answer comes after the news', 'seen by now'])
        await adapter.publish(Buffer.from(text))
    }
    await one.kill()
    await eventually(() => probes.every(({ adapter }) => adapter.status === 'ready'), { timeout: 15_000 })
    expect(apart.adapter.status).to.equal('reconnecting')
  })

  it('takes what the server says now: a larger max_payload, once that is announced', async () => {
    const [one, two] = (await startNatsCluster(2)) as [NatsBroker, NatsBroker]
    running.push(one, two)
    one.options.maxPayload = 1000
    await one.reload()
    const probes = probesOf({ uri: one.uri }) as [Probe, Probe]
    await Promise.all(probes.map(({ ready }) => ready))
    expect(probes.map(({ adapter }) => adapter.maxPayload)).to.deep.equal([1000, 1000])
    one.options.maxPayload = 100_000
    await one.reload()
    await two.kill() // what the cluster loses is announced, and all else with it
    for (const { adapter } of probes) await eventually(() => adapter.maxPayload === 100_000)
    await probes[0].adapter.publish(Buffer.alloc(100_000))
    await eventually(() => probes[1].received.length === 1)
    expect(probes[1].received[0]).to.have.length(100_000)
    for (const { statuses } of probes) expect(statuses).to.deep.equal(['connecting', 'ready'])
  })
})
