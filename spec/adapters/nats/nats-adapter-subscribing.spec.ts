import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { NatsAdapter } from '../../../lib/adapters/nats/nats-adapter.js'
import { type NatsBroker, startNats } from '../../support/brokers/nats.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, probe } from '../../support/probe.js'

describe('NatsAdapter whose connection fails while it subscribes', () => {
  let broker: NatsBroker
  let server: Server
  const sockets: Socket[] = []

  before(async () => {
    broker = await startNats()
  })
  after(() => broker.stop())

  afterEach(async () => {
    await closeProbes()
    for (const socket of sockets.splice(0)) socket.destroy()
    server.close()
  })

  /** A way to the broker on which the first subscription does not get through. */
  const interrupt = async (how: (client: Socket) => void): Promise<string> => {
    let interrupted = false
    server = createServer((client) => {
      const target = connect(broker.port, '127.0.0.1')
      for (const socket of [client, target]) sockets.push(socket.on('error', () => {}))
      client.on('close', () => target.destroy())
      target.on('close', () => client.destroy()).pipe(client)
      let silent = false
      client.on('data', (bytes) => {
        if (!interrupted && bytes.includes('SUB ')) {
          interrupted = silent = true
          how(client)
        }
        if (!silent) target.write(bytes)
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  for (const [what, how] of Object.entries({
    'cut: the driver never settles what it was to flush': (client: Socket) => client.destroy(),
    'silent: no attempt takes longer than 5 s': () => {}
  })) {
    it(`connects again when the connection is ${what}`, async () => {
      const one = probe(new NatsAdapter(), { uri: await interrupt(how) })
      await eventually(() => one.adapter.status === 'ready', {
        timeout: 15_000,
        message: 'the second attempt'
      })
      await expectOneCopy(one, [one])
    })
  }
})
