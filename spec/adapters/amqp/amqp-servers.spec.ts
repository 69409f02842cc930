import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { type RabbitBroker, sharedRabbit } from '../../support/brokers/rabbitmq.js'
import { eventually } from '../../support/eventually.js'
import { type Member, Members } from '../../support/members.js'
import { throughPort } from '../../support/places.js'
import { startProxy, type TcpProxy } from '../../support/proxy.js'

const DEAD = 'amqp://127.0.0.1:1'

describe('AmqpAdapter, several servers', function () {
  this.timeout(60_000)
  let broker: RabbitBroker
  let uri: string
  const members = new Members()

  before(async () => {
    broker = await sharedRabbit()
    const vhost = `several/${randomUUID()}`
    await broker.createVhost(vhost)
    uri = `${broker.uri}/${encodeURIComponent(vhost)}`
  })
  afterEach(() => members.closeAll())

  const numbers = (member: Member) => Array.from({ length: member.made }, (_, index) => index + 1)

  /** Each hears each event of the other, once. */
  async function expectBoth(one: Member, two: Member): Promise<void> {
    for (const member of [one, two]) member.make(5)
    await eventually(() => one.got(two).length >= two.made && two.got(one).length >= one.made)
    expect(two.got(one)).to.deep.equal(numbers(one))
    expect(one.got(two)).to.deep.equal(numbers(two))
    expect([...one.gaps, ...two.gaps]).to.deep.equal([])
  }

  async function pair(options: object): Promise<[Member, Member]> {
    const both: [Member, Member] = [
      members.configure(options as { uri: string }),
      members.configure(options as { uri: string })
    ]
    await Promise.all(both.map(({ app }) => app.sync.ready))
    return both
  }

  const found: [title: string, findServers: unknown][] = [
    ['that returns one', () => uri],
    ['that returns several', () => [DEAD, uri]],
    ['that is async', async () => [DEAD, uri]],
    [
      'with a callback',
      (done: (error: null, servers: string[]) => void) => setImmediate(done, null, [DEAD, uri])
    ],
    ['with a callback of one argument', (done: (servers: string) => void) => setImmediate(done, uri)],
    ['of objects', async () => [{ url: uri, connectionOptions: { keepAlive: true } }]]
  ]
  for (const [title, findServers] of found) {
    it(`findServers ${title}`, async () => {
      const [one, two] = await pair({ uri: DEAD, amqpConnectionOptions: { findServers } })
      await expectBoth(one, two)
    })
  }

  it('says what is wrong with findServers, without credentials', async () => {
    const wrong: [findServers: unknown, text: RegExp][] = [
      [() => Promise.reject(new Error('no consul')), /findServers` failed: no consul/],
      [() => [], /findServers` has found none/],
      [() => ['redis://me:s3cret@host'], /has to return URIs that start with amqp:/],
      [() => [5], /has to return URIs, such as/],
      [() => 'amqp://me:s3cret/x@host', /returned a URI that has an @ behind its host/]
    ]
    for (const [findServers, text] of wrong) {
      const member = members.configure({ uri: DEAD, amqpConnectionOptions: { findServers } })
      await eventually(() => text.test(member.texts()), { message: String(text) })
      expect(member.texts()).not.to.contain('s3cret')
      await member.app.teardown()
    }
  })

  it('goes on to the next one at the start, and after each loss', async () => {
    const [one, two] = await pair({ uri: [DEAD, uri] })
    await expectBoth(one, two)
    await broker.closeConnections()
    await eventually(() => [one, two].every(({ statuses }) => statuses.length >= 4))
    await expectBoth(one, two)
  })

  it('begins with the next one after a loss, also where the last one is still there', async () => {
    const [first, second] = [await startProxy(broker.port), await startProxy(broker.port)]
    try {
      const by = (proxy: TcpProxy) => uri.replace(`:${broker.port}`, `:${proxy.port}`)
      const member = members.configure({ uri: [by(first), by(second)] })
      await member.app.sync.ready
      expect([first.connections, second.connections]).to.deep.equal([1, 0])
      first.cut()
      await eventually(() => second.connections === 1 && member.app.sync.status === 'ready')
      expect([first.accepted, second.accepted]).to.deep.equal([1, 1])
      second.cut()
      await eventually(() => first.connections === 1 && member.app.sync.status === 'ready')
      expect([first.accepted, second.accepted]).to.deep.equal([2, 1])
    } finally {
      await members.closeAll()
      await Promise.all([first.close(), second.close()])
    }
  })

  it('names each server and its error where none takes the connection', async () => {
    const member = members.configure({ uri: `${DEAD},amqp://me:s3cret@127.0.0.1:2` })
    await eventually(() => /no server takes the connection: .*:1: .*ECONNREFUSED.*:2: /.test(member.texts()))
    expect(member.texts()).not.to.contain('s3cret')
  })

  it('moves both instances when a server is killed, and loses nothing', async () => {
    // A virtual host has nothing of another one; the proxy ends as a server does that is killed.
    const proxy = await startProxy(broker.port)
    const other = throughPort(await broker.createVhost(), proxy.port)
    const [one, two] = await pair({ uri: [other, uri], heartbeat: 500 })
    await expectBoth(one, two)
    await proxy.close()
    for (const member of [one, two]) member.make(5)
    await eventually(
      () => [one, two].every(({ app, statuses }) => statuses.length >= 4 && app.sync.status === 'ready'),
      { timeout: 20_000 }
    )
    await expectBoth(one, two)
  })

  it('names what to write where another server answers', async () => {
    const server: Server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
    await eventually(() => server.listening)
    const { port } = server.address() as AddressInfo
    for (const [scheme, text] of [
      ['amqp', /is that an AMQP server\? By default it listens on port 5672, with TLS \(amqps:\) on 5671/],
      ['amqps', /the server speaks no TLS on that port: the `uri` option has to start with amqp:/]
    ] as const) {
      const member = members.configure({ uri: `${scheme}://127.0.0.1:${port}` })
      await eventually(() => text.test(member.texts()), { message: String(text) })
      await member.app.teardown()
    }
    server.close()
  })
})
