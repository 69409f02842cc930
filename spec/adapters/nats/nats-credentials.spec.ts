import { expect } from 'chai'
import { nkeys } from 'nats'
import type { SyncError } from '../../../lib/index.js'
import { rejection } from '../../conformance/rejection.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { makeTrust } from '../../support/brokers/nats-jwt.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { DRIVERS } from './drivers.js'

for (const [name, { Adapter, credsAuthenticator, nkeyAuthenticator }] of Object.entries(DRIVERS)) {
  describe(`NatsAdapter with keys, by ${name}`, () => {
    let broker: NatsBroker

    afterEach(async () => {
      await closeProbes()
      await broker.stop()
    })

    const nats = (authenticator: unknown): Probe =>
      probe(new Adapter(), { uri: broker.uri, natsConnectionOptions: { authenticator } })

    async function expectInSync(authenticator: unknown): Promise<void> {
      const [one, two] = [nats(authenticator), nats(authenticator)]
      await Promise.all([one.ready, two.ready])
      await expectOneCopy(one, [two])
      await expectOneCopy(two, [one])
    }

    async function expectRefusal(authenticator: unknown, kind: string, text: RegExp): Promise<void> {
      const error = (await rejection(nats(authenticator).ready)) as SyncError
      expect({ kind: error.kind, message: error.message }).to.have.property('kind', kind)
      expect(error.message).to.match(text)
      for (const secret of ['SUA', 's3cret', 'eyJ']) expect(error.message).not.to.contain(secret)
    }

    it('takes an NKey', async () => {
      const user = nkeys.createUser()
      broker = await startNats({ config: { authorization: { users: [{ nkey: user.getPublicKey() }] } } })
      await expectInSync(nkeyAuthenticator(user.getSeed()))
      await expectRefusal(
        nkeyAuthenticator(nkeys.createUser().getSeed()),
        'auth',
        /was refused: .*`authenticator`/
      )
      const text = /`natsConnectionOptions.authenticator` threw\. .*nkeyAuthenticator\(\) a seed as bytes/
      await expectRefusal(nkeyAuthenticator(Buffer.from('s3cret')), 'options', text)
    })

    it('takes a credentials file', async () => {
      const { config, creds } = makeTrust()
      broker = await startNats({ config })
      await expectInSync(credsAuthenticator(Buffer.from(creds)))
      await expectRefusal(credsAuthenticator(Buffer.from(makeTrust().creds)), 'auth', /was refused: /)
    })

    it('refuses a credentials file that has expired', async () => {
      const { config, creds } = makeTrust({ exp: Math.floor(Date.now() / 1000) - 60 })
      broker = await startNats({ config })
      await expectRefusal(credsAuthenticator(Buffer.from(creds)), 'auth', /was refused: /)
    })

    it('refuses permissions that a credentials file lacks', async () => {
      const { config, creds } = makeTrust({ nats: { sub: { deny: ['>'] } } })
      broker = await startNats({ config })
      await expectRefusal(
        credsAuthenticator(Buffer.from(creds)),
        'auth',
        /may not subscribe to 'feathers-sync'/
      )
    })

    it('says what credsAuthenticator() takes, where it got the name of a file, or another content', async () => {
      broker = await startNats()
      const text =
        /`natsConnectionOptions.authenticator` threw\. credsAuthenticator\(\) takes the content of a credentials file/
      await expectRefusal(credsAuthenticator('s3cret.creds' as unknown as Uint8Array), 'options', text)
      await expectRefusal(credsAuthenticator(Buffer.from('s3cret')), 'options', text)
    })
  })
}
