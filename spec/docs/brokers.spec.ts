import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { rabbitmqctl, startTlsFront } from './broker-access.js'
import {
  at,
  type Change,
  expectLeftOpen,
  expectRefusal,
  expectSyncOver,
  PageCertificates
} from './broker-pages.js'
import { APP, expectSync, Page } from './page.js'

const [amqp, nats, ipc] = (await Promise.all(
  ['amqp', 'nats', 'ipc'].map((name) => Page.read(`docs/brokers/${name}.md`))
)) as [Page, Page, Page]

describe('the pages of the brokers', () => {
  const certificates = new PageCertificates()

  amqp.describe(() => {
    it('syncs', () => expectSyncOver(amqp, 'Connecting', 'amqp'))

    it('syncs over several servers, of which one is away', async () => {
      const { uri } = await sharedRabbit()
      const away = 'amqp://127.0.0.1:1'
      const snippet = at(
        amqp.snippet('Connecting', 1),
        ['amqp://localhost:5672', away],
        ['amqp://localhost:5673', uri]
      )
      await expectSync(await amqp.twice(snippet, APP))
    })

    it('syncs with its options', () => expectSyncOver(amqp, 'Options', 'amqp'))

    it('syncs over a connection that it leaves open', async () => {
      const end = 'amqpConnection.createChannel().then(() => amqpConnection.close())'
      await expectLeftOpen(amqp, amqp.snippet('Options', 1), end)
    })

    it('syncs over TLS, with certificates', async () => {
      const front = await startTlsFront((await sharedRabbit()).port, certificates.server)
      const snippet = at(
        amqp.snippet('TLS'),
        ['localhost:5671', `localhost:${front.port}`],
        ...certificates.client
      )
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
        at(amqp.snippet('Connecting'), ['amqp://localhost:5672', vhost]),
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
    it('syncs', () => expectSyncOver(nats, 'Connecting', 'nats'))

    it('syncs over several servers', async () => {
      const servers = [await startNats(), await startNats()]
      const changes = servers.map(
        ({ port }, index): Change => [`localhost:${4222 + index}`, `127.0.0.1:${port}`]
      )
      // Without a cluster, both instances have to be at the server that is there.
      await servers[0]?.stop()
      await expectSync(await nats.twice(at(nats.snippet('Connecting', 1), ...changes), APP))
    })

    it('syncs with its options', () => expectSyncOver(nats, 'Options', 'nats'))

    it('syncs over a connection that it leaves open', async () => {
      const close = `if (natsConnection.isClosed()) throw new Error('it was closed')
        natsConnection.close()`
      await expectLeftOpen(nats, nats.snippet('Options', 1), close)
    })

    it('syncs over TLS, with certificates', async () => {
      const { ca: ca_file, cert: cert_file, key: key_file } = certificates.server
      const broker = await startNats({ config: { tls: { ca_file, cert_file, key_file, verify: true } } })
      const snippet = at(
        nats.snippet('TLS'),
        ['localhost:4222', `localhost:${broker.port}`],
        ...certificates.client
      )
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
    it('syncs', () => expectSyncOver(ipc, 'Connecting', 'ipc'))

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
