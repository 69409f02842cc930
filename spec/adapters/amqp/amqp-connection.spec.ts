import { createRequire } from 'node:module'
import * as amqp2 from 'amqplib'
import { expect } from 'chai'
import sync, { type SyncOptions } from '../../../lib/index.js'
import { eventually } from '../../support/eventually.js'
import { type Member, Members } from '../../support/members.js'
import { AmqpStage } from './amqp-stage.js'

const require = createRequire(import.meta.url)
const amqp010: typeof amqp2 = require('amqplib-0.10')
const callbacks: typeof import('amqplib/callback_api') = require('amqplib/callback_api')

const VHOST = 'amqp-connection'
const EVENTS = ['close', 'error', 'blocked', 'unblocked', 'disconnect', 'connect']

describe('AmqpAdapter, a connection of one’s own', function () {
  this.timeout(60_000)
  const stage = new AmqpStage(VHOST)
  const members = new Members()
  const opened: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await members.closeAll()
    await Promise.allSettled(opened.splice(0).map(async (connection) => connection.close()))
  })

  const kinds = {
    'amqplib 2': (uri: string) => amqp2.connect(uri),
    'amqplib 2, recovering': (uri: string) =>
      amqp2.connect(uri, { recovery: { initialDelay: 20, maxDelay: 100 } }),
    'amqplib 0.10': (uri: string) => amqp010.connect(uri)
  }

  for (const [title, connect] of Object.entries(kinds)) {
    it(`${title}: each event once in both directions, and nothing stays on it`, async () => {
      const connection = await connect(stage.uri)
      opened.push(connection)
      connection.on('error', () => {})
      const listeners = () => EVENTS.map((name) => connection.listenerCount(name))
      const before = [listeners(), await stage.counts()]
      const own = members.configure({ adapter: 'amqp', amqpConnection: connection })
      const other = members.configure({ uri: stage.uri })
      await Promise.all([own, other].map(({ app }) => app.sync.ready))
      await expectBoth(own, other)
      await other.app.teardown()
      await own.app.teardown()
      await eventually(async () => expect([listeners(), await stage.counts()]).to.deep.equal(before))
      await (await connection.createChannel()).close() // it works
    })
  }

  it('follows a connection that recovers', async () => {
    const connection = await kinds['amqplib 2, recovering'](stage.proxied)
    opened.push(connection)
    connection.on('error', () => {})
    const own = members.configure({ adapter: 'amqp', amqpConnection: connection })
    const other = members.configure({ uri: stage.uri })
    await Promise.all([own, other].map(({ app }) => app.sync.ready))
    stage.proxy.cut()
    await eventually(() => own.statuses.includes('reconnecting'))
    await eventually(() => own.app.sync.status === 'ready')
    await expectBoth(own, other)
  })

  it('says so where its owner has closed it, and ends', async () => {
    const connection = await kinds['amqplib 2'](stage.uri)
    const own = members.configure({ adapter: 'amqp', amqpConnection: connection })
    await own.app.sync.ready
    await connection.close()
    await eventually(() => own.app.sync.status === 'reconnecting')
    await eventually(() => /Connection closed|closed/.test(own.texts()))
    await own.app.teardown()
  })

  it('refuses what is no such connection, and says what to hand in', async () => {
    const connection = await amqp2.connect(stage.uri)
    opened.push(connection)
    const channel = await connection.createChannel()
    const callback = await new Promise<{ close(): void }>((resolve, reject) =>
      callbacks.connect(stage.uri, (error, model) => (error ? reject(error) : resolve(model)))
    )
    const wrong = [channel, callback, amqp2.connect(stage.uri), {}, 'amqp://localhost', null]
    for (const amqpConnection of wrong) {
      expect(() => sync.amqp({ amqpConnection } as SyncOptions)).to.throw(
        TypeError,
        /`amqpConnection` option .* has to be a connection: what amqplib's `connect`, of its promise API, resolves with \(await it\)/
      )
    }
    opened.push(await (wrong[2] as Promise<{ close(): Promise<void> }>))
    callback.close()
  })

  async function expectBoth(one: Member, two: Member): Promise<void> {
    for (const member of [one, two]) member.make(5)
    await eventually(() => one.got(two).length >= two.made && two.got(one).length >= one.made)
    const numbers = ({ made }: Member) => Array.from({ length: made }, (_, index) => index + 1)
    expect([two.got(one), one.got(two)]).to.deep.equal([numbers(one), numbers(two)])
  }
})
