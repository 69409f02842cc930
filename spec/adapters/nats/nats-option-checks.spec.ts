import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect } from 'chai'
import sync, { type NatsSyncOptions } from '../../../lib/index.js'
import { freePort } from '../../support/brokers/ports.js'
import { startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes } from '../../support/probe.js'
import { probesOf } from './drivers.js'

const SECRET = 's3cret'

describe('wrong use of the NATS adapter', () => {
  const refused: Record<string, [options: unknown, text: RegExp]> = {
    'a list of servers as one text': [
      { natsConnectionOptions: { servers: 'a:4222,b:4222' } },
      /`natsConnectionOptions.servers` option has to be a server or an array of servers, such as \['nats\./
    ],
    'servers that are no text': [
      { natsConnectionOptions: { servers: [{ host: 'a', password: SECRET }] } },
      /`natsConnectionOptions.servers` option has to be/
    ],
    'a websocket': [
      { natsConnectionOptions: { servers: [`wss://me:${SECRET}@a:443`] } },
      /`natsConnectionOptions.servers` option has to be .* 'tls:\/\/user:password@/
    ],
    'a websocket as uri': [
      { uri: `ws://me:${SECRET}@a:443`, adapter: 'nats' },
      /`uri` option of the nats adapter has to start with nats: or tls:, got ws:/
    ],
    'a port beside a uri': [
      { uri: 'nats://a', natsConnectionOptions: { port: 4223 } },
      /`natsConnectionOptions.port` option .* write the port behind the host/
    ],
    'the content of a credentials file': [
      { natsConnectionOptions: { authenticator: SECRET } },
      /`natsConnectionOptions.authenticator` option has to be a function, such as credsAuthenticator\(/
    ],
    'the name of a file as tls': [
      { natsConnectionOptions: { tls: `${SECRET}.pem` } },
      /`natsConnectionOptions.tls` option has to be an object such as { caFile: '\/path\/to\/ca.pem' }/
    ],
    noEcho: [
      { natsConnectionOptions: { noEcho: true } },
      /`natsConnectionOptions.noEcho` option has to be left out: an instance has to hear itself/
    ],
    'no host in a list': [{ uri: ['nats://a', 'tls://'] }, /server without a host/],
    'a server of another broker in a list': [
      { uri: ['nats://a', 'redis://b'] },
      /has to start with nats: or tls:/
    ]
  }
  for (const [what, [options, text]] of Object.entries(refused)) {
    it(`${what}: a TypeError says what to write instead`, () => {
      expect(() => sync.nats(options as NatsSyncOptions))
        .to.throw(TypeError, text)
        .with.property('message')
        .not.contain(SECRET)
    })
  }

  it('takes what is right', () => {
    const authenticator = () => ({})
    for (const options of [
      { uri: 'tls://a:4222' },
      { uri: ['nats://a', 'tls://b'] },
      { uri: 'nats://me:pw@a,b' },
      { natsConnectionOptions: { port: 4222 } },
      { uri: 'nats://', natsConnectionOptions: { port: 4222 } },
      {
        natsConnectionOptions: { servers: ['::1', '[::1]:4222', 'a', 'a:4222', 'nats://me:pw@a', 'tls://a'] }
      },
      { natsConnectionOptions: { authenticator: [authenticator, authenticator], tls: true, noEcho: false } },
      { natsConnectionOptions: { tls: null, authenticator, reconnectToServer: () => null } }
    ])
      sync.nats(options as NatsSyncOptions)
    expect(() => sync({ uri: 'tls://a:4222', natsConnectionOptions: {} })).not.to.throw()
  })

  describe('servers that are not there', () => {
    afterEach(closeProbes)

    const expectError = async (options: NatsSyncOptions, kind: string, text: RegExp) => {
      for (const { errors, ready } of probesOf(options)) {
        ready.catch((error) => errors.push(error))
        await eventually(() => errors.length > 0)
        expect(errors[0]).to.have.property('kind', kind)
        expect(errors[0]?.message).to.match(text)
      }
    }

    it('nothing listens: says where, and by which option', async () => {
      const port = await freePort()
      const text = new RegExp(
        `no server listens at 127\\.0\\.0\\.1:${port}: host and port are those of \`uri\`: `
      )
      await expectError({ uri: `nats://127.0.0.1:${port}` }, 'connect', text)
    })

    it('a server that says nothing, as Redis: says where, and how to give it more time', async () => {
      const redis = await startRedis()
      await expectError(
        { uri: `nats://127.0.0.1:${redis.port}`, natsConnectionOptions: { timeout: 200 } },
        'connect',
        /did not answer in time, though a NATS server speaks first: is that a NATS server\? .* `uri`, by default 4222; .*`natsConnectionOptions: { timeout: 20_000 }`/
      )
      await closeProbes()
      await redis.stop()
    })

    it('a server that speaks something else: says which port it has to be, and goes on trying', async () => {
      const mail = createServer((socket) => socket.on('error', () => {}).write('220 mail.example.com\r\n'))
      await once(mail.listen(0, '127.0.0.1'), 'listening')
      const { port } = mail.address() as AddressInfo
      await expectError(
        { uri: `nats://127.0.0.1:${port}` },
        'connect',
        /says what no NATS server says: is that a NATS server\? Host and port for clients are those of `uri`, by default 4222/
      )
      mail.close()
    })
  })
})
