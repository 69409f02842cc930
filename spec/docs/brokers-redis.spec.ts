import { freePort } from '../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { startSentinel } from '../support/brokers/sentinel.js'
import { eventually } from '../support/eventually.js'
import { redisCli } from './broker-access.js'
import {
  at,
  type Change,
  expectLeftOpen,
  expectRefusal,
  expectSyncOver,
  PageCertificates
} from './broker-pages.js'
import { APP, expectSync, Page } from './page.js'

const redis = await Page.read('docs/brokers/redis.md')

/** A cluster of one node. */
async function startClusterNode(): Promise<RedisBroker> {
  const node = await startRedis({ args: ['--cluster-enabled', 'yes'] })
  await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await eventually(async () => (await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  return node
}

const atNode = ({ port }: RedisBroker): Change[] =>
  ['6379', '6380'].map((name) => [`redis://localhost:${name}`, `redis://127.0.0.1:${port}`])

redis.describe(() => {
  const certificates = new PageCertificates()

  it('syncs', () => expectSyncOver(redis, 'Connecting', 'redis'))

  it('syncs over a cluster', async () => {
    const node = await startClusterNode()
    const apps = await redis.twice(at(redis.snippet('Connecting', 1), ...atNode(node)), APP)
    await expectSync(apps)
  })

  it('syncs over Sentinels', async () => {
    const sentinel = await startSentinel((await startRedis()).port)
    const snippet = at(redis.snippet('Connecting', 2), ['26379', `${sentinel.port}`])
    await expectSync(await redis.twice(snippet, APP))
  })

  for (const [index, end] of ['destroy()', 'disconnect()'].entries()) {
    it(`syncs with client ${index + 1}, which it leaves open`, async () => {
      const close = `redisClient.ping().then(() => redisClient.${end})`
      await expectLeftOpen(redis, redis.snippet('Options', index), close)
    })
  }

  it('syncs over TLS, with certificates', async () => {
    const { ca, cert, key } = certificates.server
    const port = await freePort()
    const paths = ['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key]
    await startRedis({ args: ['--tls-port', `${port}`, ...paths] })
    const snippet = at(redis.snippet('TLS'), ['localhost:6379', `localhost:${port}`], ...certificates.client)
    await expectSync(await redis.twice(snippet, APP))
  })

  const rights = () => redis.block('Least rights', 'text')

  for (const without of ['', ' +role']) {
    it(`syncs as a user with no other rights${without && ', also without'}${without}`, async () => {
      const broker = await startRedis()
      await redisCli(broker, rights().replace(without, ''))
      const snippet = at(redis.snippet('Least rights'), ['localhost:6379', `localhost:${broker.port}`])
      await expectSync(await redis.twice(snippet, APP))
      await expectRefusal(redis, snippet)
    })
  }

  for (const sharded of [false, true]) {
    it(`syncs over a cluster as a user with the rights it names, ${sharded ? '' : 'not '}sharded`, async () => {
      const node = await startClusterNode()
      const text = rights().replace(' +publish +subscribe', '')
      await redisCli(
        node,
        `${text} +cluster|slots ${sharded ? '+spublish +ssubscribe' : '+publish +subscribe'}`
      )
      const user = "defaults: { username: 'sync', password: 'a-long-password' }, rootNodes"
      const snippet = at(
        redis.snippet('Connecting', 1),
        ...atNode(node),
        ['rootNodes', user],
        ['sync.redis({', `sync.redis({ sharded: ${sharded},`]
      )
      await expectSync(await redis.twice(snippet, APP))
    })
  }
})
