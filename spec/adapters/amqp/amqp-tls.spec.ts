import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Certificate, Certificates } from '../../support/brokers/certificates.js'
import { type RabbitBroker, sharedRabbit } from '../../support/brokers/rabbitmq.js'
import { TLS_PLACES } from '../../support/brokers/tls.js'
import { eventually } from '../../support/eventually.js'
import { Members, range } from '../../support/members.js'
import type { Place } from '../../support/places.js'

describe('AmqpAdapter, TLS', function () {
  this.timeout(60_000)
  let broker: RabbitBroker
  let place: Place
  let certificates: Certificates
  let client: Certificate
  const members = new Members()

  before(async () => {
    broker = await sharedRabbit()
    certificates = await Certificates.make()
    const server = await certificates.sign('server', 'DNS:localhost,IP:127.0.0.1')
    client = await certificates.sign('client', 'DNS:client')
    place = await TLS_PLACES['amqps:']({ ca: certificates.ca, ...server }, true)
  })
  after(() => Promise.all([place.stop(), certificates.remove()]))
  afterEach(() => members.closeAll())

  const uri = () => place.uri
  const ca = () => readFileSync(certificates.ca)
  const own = () => ({ cert: readFileSync(client.cert), key: readFileSync(client.key) })

  it('connects with a CA and a certificate of its own, and again when it is cut', async () => {
    const options = { uri: uri(), amqpConnectionOptions: { ca: ca(), ...own() } }
    const [one, two] = [members.configure(options), members.configure(options)]
    await Promise.all([one, two].map(({ app }) => app.sync.ready))
    for (const member of [one, two]) member.make(5)
    await broker.closeConnections()
    await eventually(() => [one, two].every(({ statuses }) => statuses.includes('reconnecting')))
    for (const member of [one, two]) member.make(5)
    await eventually(() => one.got(two).length >= 10 && two.got(one).length >= 10)
    expect([one.got(two), two.got(one)]).to.deep.equal([range(1, 10), range(1, 10)])
  })

  const missing: [title: string, options: () => object, uri: () => string, text: RegExp][] = [
    ['the CA', own, uri, /named by the `ca` of `amqpConnectionOptions`/],
    ['the client certificate', () => ({ ca: ca() }), uri, /`amqpConnectionOptions` takes `cert` and `key`/],
    ['the s of amqps:', () => ({}), () => uri().replace('amqps', 'amqp'), /is that an AMQP server\?/],
    [
      'the host in the certificate',
      () => ({ ca: ca(), ...own(), servername: 'other.example' }),
      uri,
      /the `servername` of `amqpConnectionOptions`/
    ]
  ]
  for (const [title, options, address, text] of missing) {
    it(`says what to write where ${title} is missing, and goes on trying`, async () => {
      const member = members.configure({ uri: address(), amqpConnectionOptions: options() })
      await eventually(() => text.test(member.texts()), { message: String(text) })
      expect(member.app.sync.status).to.equal('connecting')
    })
  }
})
