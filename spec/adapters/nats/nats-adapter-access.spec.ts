import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { NatsAdapter } from '../../../lib/adapters/nats/nats-adapter.js'
import type { NatsConnectionLike } from '../../../lib/adapters/nats/nats-connection.js'
import type { SyncError } from '../../../lib/errors.js'
import { rejection } from '../../conformance/rejection.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { DRIVERS, probesOf } from './drivers.js'

const nats = (uri: string, natsConnectionOptions?: object): Probe =>
  probe(new NatsAdapter(), { uri, natsConnectionOptions })

async function refusal({ ready, adapter }: Probe): Promise<SyncError> {
  const error = (await rejection(ready)) as SyncError
  expect(error.kind).to.equal('auth')
  expect(adapter.status).to.equal('closed')
  return error
}

describe('NatsAdapter with access control', () => {
  afterEach(closeProbes)

  describe('a user and a password', () => {
    let broker: NatsBroker

    before(async () => {
      broker = await startNats({ user: 'us', password: 'p@ss' })
    })
    after(() => broker.stop())

    const bare = () => `nats://127.0.0.1:${broker.port}`

    it('are taken from the URI, or from natsConnectionOptions', async () => {
      const [one, two] = [nats(broker.uri), nats(bare(), { user: 'us', pass: 'p@ss' })]
      await Promise.all([one.ready, two.ready])
      await expectOneCopy(one, [two])
      await expectOneCopy(two, [one])
    })

    it('refused: ready rejects, naming the adapter and the redacted URI', async () => {
      const { message } = await refusal(nats(broker.uri.replace('p%40ss', 'wr0ng')))
      expect(message).to.match(
        /^feathers-sync: the nats adapter at nats:\/\/us:\*\*\*@127\.0\.0\.1:\d+ was refused: /
      )
    })

    it('missing: ready rejects', async () => {
      await refusal(nats(bare()))
    })

    it('changed while connected: it connects again where the driver gives up, until they are right again', async () => {
      const [one, two] = [nats(broker.uri), nats(broker.uri)]
      await Promise.all([one.ready, two.ready])
      await broker.kill()
      broker.options.password = 'changed'
      await broker.start()
      for (const { errors } of [one, two]) {
        await eventually(() => errors.filter(({ kind }) => kind === 'auth').length > 2, {
          message: 'refusals'
        })
      }
      for (const { adapter } of [one, two]) expect(adapter.status).to.equal('reconnecting')
      await broker.kill()
      broker.options.password = 'p@ss'
      await broker.start()
      await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'))
      await expectOneCopy(one, [two])
      await expectOneCopy(two, [one])
    })
  })

  describe('a token', () => {
    let broker: NatsBroker

    before(async () => {
      broker = await startNats({ config: { authorization: { token: 't0ken/+' } } })
    })
    after(() => broker.stop())

    const address = () => `127.0.0.1:${broker.port}`

    it('is taken from the URI', async () => {
      const [one, two] = [
        nats(`nats://t0ken%2F+@${address()}`),
        nats(`nats://${address()}`, { token: 't0ken/+' })
      ]
      await Promise.all([one.ready, two.ready])
      await expectOneCopy(one, [two])
    })

    it('refused: ready rejects without showing it', async () => {
      const { message } = await refusal(nats(`nats://s3cret@${address()}`))
      expect(message).to.contain('nats://***@127').and.not.to.contain('s3cret')
    })
  })

  describe('permissions', () => {
    let broker: NatsBroker
    const users = [
      { user: 'all', password: 'pw' },
      { user: 'deaf', password: 'pw', permissions: { subscribe: 'other' } },
      {
        user: 'least',
        password: 'pw',
        permissions: { publish: 'feathers-sync', subscribe: 'feathers-sync' }
      },
      { user: 'mute', password: 'pw', permissions: { publish: 'other' } }
    ]

    before(async () => {
      broker = await startNats({ config: { authorization: { users } } })
    })
    after(() => broker.stop())

    const on = (natsConnection: NatsConnectionLike) =>
      probe(new NatsAdapter(), { adapter: 'nats', natsConnection })
    const as = (user: string) => nats(`nats://${user}:pw@127.0.0.1:${broker.port}`)

    it('denied to subscribe: ready rejects', async () => {
      expect((await refusal(as('deaf'))).message).to.match(
        /may not subscribe to 'feathers-sync'\. `key` is the subject, and the user needs `permissions: { publish: "feathers-sync", subscribe: "feathers-sync" }`.*Permissions Violation/
      )
    })

    it('denied to subscribe once connected: it tries again, in no hurry, until allowed', async () => {
      const [one, other] = [as('all'), as('mute')]
      await Promise.all([one.ready, other.ready])
      const { permissions } = users[1] ?? {}
      Object.assign(users[0] ?? {}, { permissions })
      await broker.kill()
      await broker.start()
      await eventually(() => one.errors.filter(({ message }) => /Violation/.test(message)).length > 3)
      const count = one.errors.length
      await delay(500)
      expect(one.errors.length - count, 'attempts in half a second').to.be.below(8)
      Object.assign(users[0] ?? {}, { permissions: undefined })
      await broker.kill()
      await broker.start()
      await eventually(() => [one, other].every(({ adapter }) => adapter.status === 'ready'))
      await expectOneCopy(one, [other])
    })

    it('takes a user with exactly the permissions that the error names', async () => {
      const { message } = await refusal(as('deaf'))
      const [, named = ''] = /`permissions: ({.*?})`/.exec(message) ?? []
      const permissions = JSON.parse(named.replace(/(\w+): /g, '"$1": '))
      const small = await startNats({
        config: { authorization: { users: [{ user: 'least', password: 'pw', permissions }] } }
      })
      try {
        const [one, two] = probesOf({ uri: `nats://least:pw@127.0.0.1:${small.port}` }) as [Probe, Probe]
        await Promise.all([one.ready, two.ready])
        await expectOneCopy(one, [two])
        await expectOneCopy(two, [one])
      } finally {
        await closeProbes()
        await small.stop()
      }
    })

    it('denied on a connection of one’s own: told as on ours, and other refusals are not taken for ours', async () => {
      for (const { connect } of Object.values(DRIVERS)) {
        const login = { servers: `127.0.0.1:${broker.port}`, pass: 'pw' }
        const [deaf, mute] = [
          await connect({ ...login, user: 'deaf' }),
          await connect({ ...login, user: 'mute' })
        ]
        const { message } = await refusal(on(deaf))
        expect(message).to.match(/may not subscribe to 'feathers-sync'\. .*Permissions Violation/)
        const one = on(mute)
        await one.ready
        const error = (await rejection(one.adapter.publish(Buffer.from('in vain')))) as SyncError
        expect(error.message).to.match(/no right to publish to 'feathers-sync'/)
        expect(one.statuses).to.deep.equal(['connecting', 'ready'])
        const least = await connect({ ...login, user: 'least' })
        const two = on(least)
        await two.ready
        least.publish('another.subject')
        await two.adapter.publish(Buffer.from('allowed'))
        await eventually(() => one.received.map(String).includes('allowed'))
        await closeProbes()
        await Promise.all([deaf, mute, least].map((connection) => connection.close()))
      }
    })

    it('denied to publish: it receives, and each message is refused by name', async () => {
      const [mute, all] = [as('mute'), as('all')]
      await Promise.all([mute.ready, all.ready])
      await expectOneCopy(all, [mute])
      for (let times = 0; times < 3; times += 1) {
        const error = (await rejection(mute.adapter.publish(Buffer.from('in vain')))) as SyncError
        expect(error).to.include({ kind: 'publish' })
        expect(error.message).to.match(
          /Permissions Violation: .* no right to publish to 'feathers-sync'\. `key` is the subject, and the user needs `permissions: { publish: "feathers-sync", subscribe: "feathers-sync" }`/
        )
      }
      expect(mute.errors).to.deep.equal([])
      expect(mute.statuses).to.deep.equal(['connecting', 'ready'])
    })
  })
})
