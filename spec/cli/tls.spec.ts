import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { Certificates } from '../support/brokers/certificates.js'
import { TLS_PLACES } from '../support/brokers/tls.js'
import { removeCommand, spawnCommand } from '../support/command-line.js'

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = await spawnCommand(args, { env })
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout as never),
    text(child.stderr as never),
    once(child, 'close')
  ])
  return { code, output, errors }
}

describe('feathers-sync with TLS', () => {
  let certificates: Certificates
  const sign = async (name: string) => ({
    ca: certificates.ca,
    ...(await certificates.sign(name, `DNS:${name}`))
  })
  const trusting = () => ({ NODE_EXTRA_CA_CERTS: certificates.ca })

  before(async () => {
    certificates = await Certificates.make()
  })
  after(() => Promise.all([certificates.remove(), removeCommand()]))

  for (const [scheme, start] of Object.entries(TLS_PLACES)) {
    describe(scheme, () => {
      it('trusts the authority that NODE_EXTRA_CA_CERTS names, and says so where it is not trusted', async () => {
        const broker = await start(await sign('localhost'), false)
        const emit = ['emit', broker.uri, 'events', 'made', '1', '--timeout', '2000']
        const check = ['check', broker.uri]
        const [trusted, sent] = await Promise.all([run(check, trusting()), run(emit, trusting())])
        const [untrusted, watch, none, json] = await Promise.all([
          run(check),
          run(['watch', broker.uri]),
          run(emit),
          run([...emit, '--json'])
        ])
        await broker.stop()
        for (const { code, errors } of [trusted, sent])
          expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
        for (const { code } of [untrusted, watch, none, json]) expect(code).to.equal(1)
        expect(untrusted.output).to.match(/\n {19}→ name the file .* NODE_EXTRA_CA_CERTS of this command\n/)
        for (const { errors } of [watch, none])
          expect(errors).to.match(/\n→ name the file .* NODE_EXTRA_CA_CERTS of this command\n$/)
        expect(JSON.parse(json.output).advice).to.match(/NODE_EXTRA_CA_CERTS/)
      })

      it('says what to do about another host in the certificate, and where one of the client is required', async () => {
        const other = await start(await sign('other.example'), false)
        const mutual = await start(await sign('localhost'), true)
        const [host, client] = await Promise.all([
          run(['check', other.uri], trusting()),
          run(['check', mutual.uri], trusting())
        ])
        await Promise.all([other.stop(), mutual.stop()])
        expect(host.output).to.match(/→ name the host in the URI as the certificate/)
        expect(client.output, client.output).to.match(/→ .*commands have no client certificate/)
      })
    })
  }
})
