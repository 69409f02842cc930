import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { rejection } from '../conformance/rejection.js'
import { startNats } from '../support/brokers/nats.js'
import { Certificates } from '../support/brokers/nats-certificates.js'
import { freePort } from '../support/brokers/ports.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { startSentinel } from '../support/brokers/sentinel.js'
import { eventually } from '../support/eventually.js'
import type { Snippet } from '../support/snippets.js'
import { rabbitmqctl, redisCli, startTlsFront } from './broker-access.js'
import { APP, expectSync, Page } from './page.js'

const [redis, amqp, nats, ipc] = (await Promise.all(
  ['redis', 'amqp', 'nats', 'ipc'].map((name) => Page.read(`docs/brokers/${name}.md`))
)) as [Page, Page, Page, Page]

/** A snippet that means another broker, or other files. */
const at = (snippet: Snippet, ...changes: [from: string, to: string][]): Snippet => ({
  ...snippet,
  code: changes.reduce((code, [from, to]) => code.replaceAll(from, to), snippet.code)
})

/** A cluster of one node. */
async function startClusterNode(): Promise<RedisBroker> {
  const node = await startRedis({ args: ['--cluster-enabled', 'yes'] })
  await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await eventually(async () => (await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'))
  return node
}

const atNode = ({ port }: RedisBroker): [from: string, to: string][] =>
  ['6379', '6380'].map((name) => [`redis://localhost:${name}`, `redis://127.0.0.1:${port}`])

/** An instance with another key, as a user who has no right to it. */
async function expectRefusal(page: Page, snippet: Snippet): Promise<void> {
  const { app } = await page.run(at(snippet, ['my-application', 'foreign']), APP)
  expect(await rejection(app.sync.ready)).to.include({ kind: 'auth' })
}

async function expectSyncOver(page: Page, heading: string, type: string): Promise<void> {
  const apps = await page.twice(page.snippet(heading), APP)
  await expectSync(apps)
  expect(apps[0].sync.type).to.equal(type)
}

describe('the pages of the brokers', () => {
  let certificates: Certificates
  /** Of a server and a client. */
  let files: Record<'ca' | 'cert' | 'key', string>
  let toFiles: [string, string][]

  before(async () => {
    certificates = await Certificates.make()
    const { cert, key } = await certificates.sign('server', 'DNS:localhost,IP:127.0.0.1')
    const client = await certificates.sign('client', 'DNS:client')
    files = { ca: certificates.ca, cert, key }
    toFiles = [
      ['ca.pem', certificates.ca],
      ['client.pem', client.cert],
      ['client.key', client.key]
    ]
  })
  after(() => certificates.remove())

  redis.describe(() => {
    it('syncs', () => expectSyncOver(redis, 'Configuration', 'redis'))

    it('syncs over a cluster', async () => {
      const node = await startClusterNode()
      const apps = await redis.twice(at(redis.snippet('Configuration', 1), ...atNode(node)), APP)
      await expectSync(apps)
    })

    it('syncs over Sentinels', async () => {
      const sentinel = await startSentinel((await startRedis()).port)
      const snippet = at(redis.snippet('Configuration', 2), ['26379', `${sentinel.port}`])
      await expectSync(await redis.twice(snippet, APP))
    })

    for (const [index, end] of ['destroy()', 'disconnect()'].entries()) {
      it(`syncs with client ${index + 1}, which it leaves open`, async () => {
        const close = `
          app.on('end', async () => {
            await redisClient.ping()
            redisClient.${end}
          })
        `
        const apps = await redis.twice(redis.snippet('Options', index), APP, close)
        await expectSync(apps)
        for (const app of apps) {
          await app.teardown()
          app.emit('end')
        }
      })
    }

    it('syncs over TLS, with certificates', async () => {
      const { ca, cert, key } = files
      const port = await freePort()
      const paths = ['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key]
      await startRedis({ args: ['--tls-port', `${port}`, ...paths] })
      const snippet = at(redis.snippet('TLS'), ['localhost:6379', `localhost:${port}`], ...toFiles)
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
          redis.snippet('Configuration', 1),
          ...atNode(node),
          ['rootNodes', user],
          ['sync.redis({', `sync.redis({ sharded: ${sharded},`]
        )
        await expectSync(await redis.twice(snippet, APP))
      })
    }
  })

  amqp.describe(() => {
    it('syncs', () => expectSyncOver(amqp, 'Configuration', 'amqp'))

    it('syncs with its options', () => expectSyncOver(amqp, 'Options', 'amqp'))

    it('syncs over TLS, with certificates', async () => {
      const front = await startTlsFront((await sharedRabbit()).port, files)
      const snippet = at(amqp.snippet('TLS'), ['localhost:5671', `localhost:${front.port}`], ...toFiles)
      await expectSync(await amqp.twice(snippet, APP))
      front.stop()
    })

    it('syncs as a user with no other rights', async () => {
      const broker = await sharedRabbit()
      const commands = amqp.block('Least rights', 'sh')
      await rabbitmqctl(broker, commands)
      const snippet = at(amqp.snippet('Least rights'), ['localhost:5672', `localhost:${broker.port}`])
      const apps = await amqp.twice(snippet, APP)
      await expectSync(apps)
      await expectRefusal(amqp, snippet)
    })

    it('syncs without the right to declare an exchange that exists', async () => {
      const broker = await sharedRabbit()
      const vhost = await broker.createVhost()
      const own = (text: string) => text.replaceAll('my-vhost', basename(vhost)).replaceAll('sync', 'less')
      const [, user = '', permissions = ''] = amqp.block('Least rights', 'sh').split('\n')
      await rabbitmqctl(
        broker,
        own(`${user}\n${permissions.replace('(my-application|amq\\.gen-.*)', 'amq\\.gen-.*')}`)
      )
      const { app: owner } = await amqp.run(
        at(amqp.snippet('Configuration'), ['amqp://localhost:5672', vhost]),
        APP
      )
      await owner.sync.ready
      const snippet = at(
        amqp.snippet('Least rights'),
        ['//sync', '//less'],
        ['localhost:5672/my-vhost', `localhost:${broker.port}/${basename(vhost)}`]
      )
      const { app } = await amqp.run(snippet, APP)
      await expectSync([owner, app])
    })
  })

  nats.describe(() => {
    it('syncs', () => expectSyncOver(nats, 'Configuration', 'nats'))

    it('syncs with its options', () => expectSyncOver(nats, 'Options', 'nats'))

    it('syncs over TLS, with certificates', async () => {
      const { ca: ca_file, cert: cert_file, key: key_file } = files
      const broker = await startNats({ config: { tls: { ca_file, cert_file, key_file, verify: true } } })
      const snippet = at(nats.snippet('TLS'), ['localhost:4222', `localhost:${broker.port}`], ...toFiles)
      await expectSync(await nats.twice(snippet, APP))
    })

    it('syncs as a user with no other rights', async () => {
      const broker = await startNats({ text: nats.block('Least rights', 'nginx') })
      const snippet = at(nats.snippet('Least rights'), ['localhost:4222', `localhost:${broker.port}`])
      await expectSync(await nats.twice(snippet, APP))
      await expectRefusal(nats, snippet)
    })
  })

  ipc.describe(() => {
    it('syncs', () => expectSyncOver(ipc, 'Configuration', 'ipc'))

    it('syncs by a socket in a folder that is named', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ipc-'))
      try {
        const apps = await ipc.twice(at(ipc.snippet('Security'), ['/run/my-application', folder]), APP)
        await expectSync(apps)
        expect(await readdir(folder)).to.deep.equal(['sync.sock'])
        await Promise.all(apps.map((app) => app.teardown()))
      } finally {
        await rm(folder, { recursive: true })
      }
    })
  })
})
