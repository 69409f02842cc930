import { expect } from 'chai'
import type { NatsSyncOptions, SyncError } from '../../../lib/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type Certificate, Certificates } from '../../support/brokers/certificates.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { startNatsCluster } from '../../support/brokers/nats-cluster.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe } from '../../support/probe.js'
import { probesOf } from './drivers.js'

describe('NatsAdapter over TLS', () => {
  let certificates: Certificates
  let named: Certificate
  let numbered: Certificate
  let client: Certificate
  const running: NatsBroker[] = []

  before(async () => {
    certificates = await Certificates.make()
    named = await certificates.sign('named', 'DNS:localhost')
    numbered = await certificates.sign('numbered', 'IP:127.0.0.1')
    client = await certificates.sign('client', 'DNS:client')
  })
  after(() => certificates.remove())

  afterEach(async () => {
    await closeProbes()
    await Promise.all(running.splice(0).map((broker) => broker.stop()))
  })

  const configOf = ({ cert, key }: Certificate, more: object = {}) => ({
    tls: { cert_file: cert, key_file: key, ca_file: certificates.ca, ...more }
  })

  const start = async (certificate: Certificate | undefined, more: object = {}): Promise<number> => {
    const broker = await startNats({ config: certificate && configOf(certificate, more) })
    running.push(broker)
    return broker.port
  }

  const trusting = (more: object = {}) => ({ tls: { caFile: certificates.ca, ...more } })

  async function expectInSync(options: NatsSyncOptions): Promise<void> {
    const [one, two] = probesOf(options) as [Probe, Probe]
    await Promise.all([one.ready, two.ready])
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
  }

  async function expectRefusal(options: NatsSyncOptions, text: RegExp): Promise<void> {
    for (const { ready } of probesOf(options)) {
      const { kind, message } = (await rejection(ready)) as SyncError
      expect({ kind, message }).to.have.property('kind', 'options')
      expect(message).to.match(text)
    }
  }

  it('takes tls:, with a CA of your own, for a host and for an IP address', async () => {
    const natsConnectionOptions = trusting()
    await expectInSync({ uri: `tls://localhost:${await start(named)}`, natsConnectionOptions })
    await expectInSync({ uri: `tls://127.0.0.1:${await start(numbered)}`, natsConnectionOptions })
  })

  it('takes natsConnectionOptions.tls with nats:', async () => {
    await expectInSync({
      uri: `nats://localhost:${await start(named)}`,
      natsConnectionOptions: trusting()
    })
  })

  it('takes a certificate of the client', async () => {
    const port = await start(named, { verify: true })
    const natsConnectionOptions = trusting({ certFile: client.cert, keyFile: client.key })
    await expectInSync({ uri: `tls://localhost:${port}`, natsConnectionOptions })
  })

  it('takes servers that a cluster announces by address, with the name in the certificate of the first', async () => {
    const nodes = await startNatsCluster(2, configOf(named))
    running.push(...nodes)
    const [first] = nodes as [NatsBroker]
    const uri = `tls://localhost:${first.port}`
    const [one, two] = probesOf({ uri, natsConnectionOptions: trusting() }) as [Probe, Probe]
    await Promise.all([one.ready, two.ready])
    await first.kill()
    await eventually(() => [one, two].every(({ statuses }) => statuses.includes('reconnecting')))
    await eventually(() => [one, two].every(({ adapter }) => adapter.status === 'ready'))
    await expectOneCopy(one, [two])
  })

  it('a CA that is not known: ready rejects, and names tls.caFile', async () => {
    for (const scheme of ['tls', 'nats']) {
      await expectRefusal(
        { uri: `${scheme}://localhost:${await start(named)}` },
        /is not trusted: .*`natsConnectionOptions: { tls: { caFile: '.*' } }`/
      )
    }
  })

  it('a certificate for another name: ready rejects, and names tls.servername, which helps', async () => {
    const uri = `tls://127.0.0.1:${await start(named)}`
    await expectRefusal(
      { uri, natsConnectionOptions: trusting() },
      /is for another name: .*`natsConnectionOptions: { tls: { servername: '.*' } }`.*127\.0\.0\.1/
    )
    await expectInSync({ uri, natsConnectionOptions: trusting({ servername: 'localhost' }) })
  })

  it('a certificate of the client that is missing: ready rejects, and names tls.certFile and tls.keyFile', async () => {
    await expectRefusal(
      { uri: `tls://localhost:${await start(named, { verify: true })}`, natsConnectionOptions: trusting() },
      /wants a certificate of the client .*`natsConnectionOptions: { tls: { certFile: '.*', keyFile: '.*' } }`/
    )
  })

  it('a server without TLS: ready rejects, and says to write nats:', async () => {
    const port = await start(undefined)
    const text =
      /has no TLS: write `nats:\/\/` for `tls:\/\/` in `uri`, and leave out `natsConnectionOptions: { tls: \.\.\. }`/
    await expectRefusal({ uri: `tls://127.0.0.1:${port}` }, text)
    await expectRefusal({ uri: `nats://127.0.0.1:${port}`, natsConnectionOptions: { tls: {} } }, text)
  })

  it('tls: null with a server that requires TLS: ready rejects, and says to leave it out', async () => {
    await expectRefusal(
      { uri: `nats://localhost:${await start(named)}`, natsConnectionOptions: { tls: null } },
      /requires TLS: leave out `natsConnectionOptions: { tls: null }`/
    )
  })

  it('files that are missing, or no PEM: ready rejects, and says what they have to be', async () => {
    const uri = `tls://localhost:${await start(named)}`
    const text = /can't be used: `caFile`, `certFile` and `keyFile` are the names of PEM files/
    await expectRefusal({ uri, natsConnectionOptions: { tls: { caFile: '/no/such/file' } } }, text)
    await expectRefusal({ uri, natsConnectionOptions: { tls: { cert: 'x', key: 's3cret' } } }, text)
  })
})
