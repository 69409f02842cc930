import { createRequire } from 'node:module'
import * as amqp2 from 'amqplib'
import { expect } from 'chai'
import type { SyncOptions } from '../../../lib/index.js'
import { rejection } from '../../conformance/rejection.js'
import { eventually } from '../../support/eventually.js'
import { Members } from '../../support/members.js'
import { startSilentServer } from '../../support/silent-server.js'
import { AmqpStage } from './amqp-stage.js'

const amqp010: typeof amqp2 = createRequire(import.meta.url)('amqplib-0.10')

const NOWHERE = 'amqp://me:s3cret@127.0.0.1:1'

describe('AmqpAdapter, wrong use', function () {
  this.timeout(60_000)
  const stage = new AmqpStage('amqp-wrong-use')
  const members = new Members()
  const opened: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await members.closeAll()
    await Promise.allSettled(opened.splice(0).map(async (connection) => connection.close()))
  })

  const given = (amqpConnection: unknown) =>
    members.configure({ adapter: 'amqp', amqpConnection } as SyncOptions)

  const recovery = { waitForConnect: false, initialDelay: 5, maxDelay: 20 }
  const over: [title: string, connection: () => Promise<{ close(): Promise<void> }>][] = [
    ['of amqplib 2', async () => closed(await amqp2.connect(stage.uri))],
    ['of amqplib 0.10', async () => closed(await amqp010.connect(stage.uri))],
    [
      'that recovers',
      async () => closed(await amqp2.connect(stage.uri, { recovery: { ...recovery, waitForConnect: true } }))
    ],
    [
      'that has given up',
      () => quiet(amqp2.connect(NOWHERE, { recovery: { ...recovery, initialMaxRetries: 0 } }))
    ]
  ]
  for (const [title, connection] of over) {
    it(`rejects \`ready\` for a connection ${title} that is closed for good, and says what to hand in`, async () => {
      const { app, texts } = given(await connection())
      const error = await rejection(app.sync.ready)
      expect(error).to.have.property('kind', 'options')
      expect(texts()).to.match(/the one in the `amqpConnection` option is closed for good: connect again/)
    })
  }

  it('says so as well where its owner closes it later', async () => {
    const connection = await amqp2.connect(stage.uri)
    const own = given(connection)
    await own.app.sync.ready
    await connection.close()
    await eventually(() =>
      /options: .*closed for good: connect again and hand in the new one/.test(own.texts())
    )
  })

  it('reports why a connection that recovers is not there yet, and takes it when it is', async () => {
    stage.proxy.refuse()
    const connection = await quiet(amqp2.connect(stage.proxied, { recovery }))
    opened.push(connection)
    const own = given(connection)
    await eventually(() => /connect: .* could not connect: connect ECONNREFUSED/.test(own.texts()))
    await stage.proxy.accept()
    await own.app.sync.ready
  })

  it('rejects `ready` for what makes no channels', async () => {
    const on = () => {}
    for (const channel of [undefined, {}, { on }]) {
      const { app } = given({ createChannel: async () => channel, on, off: on })
      const error = await rejection(app.sync.ready)
      expect(error).to.have.property('kind', 'options')
      expect(String(error)).to.match(
        /`amqpConnection` option has returned no channel: hand in the connection/
      )
    }
  })

  it('leaves no queue on a connection whose user may not read the exchange', async () => {
    await stage.broker.eval(`rabbit_auth_backend_internal:add_user(<<"deaf">>, <<"deaf">>, <<"x">>),
      rabbit_auth_backend_internal:set_permissions(<<"deaf">>, <<"amqp-wrong-use">>, <<".*">>, <<".*">>, <<"^amq.gen-">>, <<"x">>)`)
    const connection = await amqp2.connect(stage.uri.replace('guest:guest', 'deaf:deaf'))
    opened.push(connection)
    const error = await rejection(given(connection).app.sync.ready)
    expect(error).to.have.property('kind', 'auth')
    await eventually(async () => expect(await stage.counts()).to.equal('{1,0,0,0}'))
  })

  const values: [title: string, query: string, options: object | undefined, text: RegExp][] = [
    ['too few channels', '?channelMax=1', undefined, /No channels left .*`channelMax` of the connection/],
    ['a heartbeat that is no number', '?heartbeat=abc', undefined, /heartbeat.*query of the `uri` option/],
    ['a timeout that is no number', '', { timeout: 'x' }, /a value in `amqpConnectionOptions`/],
    ['other credentials', '', { credentials: { password: 's3cret' } }, /a value in `amqpConnectionOptions`/]
  ]
  for (const [title, query, amqpConnectionOptions, text] of values) {
    it(`names the option for ${title}`, async () => {
      const member = members.configure({
        uri: stage.uri + query,
        ...(amqpConnectionOptions && { amqpConnectionOptions })
      })
      await eventually(() => text.test(member.texts()), { message: `${text} in ${member.texts()}` })
      expect(member.texts()).not.to.contain('s3cret')
    })
  }

  it('names the port and the timeout where nothing that speaks AMQP answers', async () => {
    const server = await startSilentServer('amqp')
    const member = members.configure({
      uri: server.uri,
      amqpConnectionOptions: { timeout: 100 }
    })
    await eventually(() => /ETIMEDOUT; nothing that speaks AMQP.*by the `timeout`/.test(member.texts()))
    await member.app.sync.close()
    await server.close()
  })
})

async function closed<Connection extends { close(): Promise<void> }>(
  connection: Connection
): Promise<Connection> {
  await connection.close()
  return connection
}

/** Without a listener, an outage would be an uncaught exception. */
async function quiet(connecting: ReturnType<typeof connectRecovering>): ReturnType<typeof connectRecovering> {
  const connection = await connecting
  connection.on('error', () => {})
  return connection
}

function connectRecovering() {
  return amqp2.connect(NOWHERE, { recovery: true })
}
