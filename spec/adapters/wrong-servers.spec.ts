import { readFileSync } from 'node:fs'
import { Certificates } from '../support/brokers/certificates.js'
import { describeWrongServer } from '../support/wrong-server-table.js'
import { startWrongServer } from '../support/wrong-servers.js'

describe('a server that is not what it should be', function () {
  this.timeout(30_000)
  let keys: { cert: Buffer; key: Buffer }

  before(async () => {
    const certificates = await Certificates.make()
    const { cert, key } = await certificates.sign('server', 'IP:127.0.0.1')
    keys = { cert: readFileSync(cert), key: readFileSync(key) }
    await certificates.remove()
  })

  for (const what of [
    'an HTTP server',
    'a TLS server',
    'a silent server',
    'a server that closes at once'
  ] as const)
    describeWrongServer(what, () => startWrongServer(what, keys))
})
