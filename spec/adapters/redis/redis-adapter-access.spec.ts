import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createClient } from 'redis'
import { RedisAdapter } from '../../../lib/adapters/redis/redis-adapter.js'
import type { RedisClientLike } from '../../../lib/adapters/redis/redis-options.js'
import type { RedisSyncOptions } from '../../../lib/sync/options.js'
import { rejection } from '../../conformance/rejection.js'
import { type Certificate, Certificates } from '../../support/brokers/certificates.js'
import { freePort } from '../../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../../support/brokers/redis.js'
import { eventually } from '../../support/eventually.js'
import { closeProbes, expectOneCopy, type Probe, probe } from '../../support/probe.js'
import { startResp2Proxy } from '../../support/resp2-proxy.js'

describe('RedisAdapter by ways of access', () => {
  let broker: RedisBroker | undefined
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'feathers-sync-access-'))
  })
  after(() => rm(folder, { recursive: true }))
  afterEach(async () => {
    await closeProbes()
    await broker?.stop()
  })

  const redis = (options: RedisSyncOptions): Probe =>
    probe(new RedisAdapter(), { adapter: 'redis', ...options })

  async function expectInSync(options: RedisSyncOptions): Promise<Probe> {
    const [one, two] = [redis(options), redis(options)]
    await Promise.all([one.ready, two.ready])
    await expectOneCopy(one, [two])
    await expectOneCopy(two, [one])
    return one
  }

  describe('RESP', () => {
    for (const [server, args] of Object.entries({
      'without HELLO': ['--rename-command', 'HELLO', ''],
      'without HELLO, with a password': ['--rename-command', 'HELLO', '', '--requirepass', 's3cret']
    })) {
      it(`uses version 2 with a server ${server}`, async () => {
        broker = await startRedis({ args })
        const password = server.includes('password') ? ':s3cret@' : ''
        const one = await expectInSync({ uri: `redis://${password}127.0.0.1:${broker.port}` })
        expect(one.errors).to.deep.equal([])
      })
    }

    for (const password of ['', 's3cret']) {
      it(`uses version 2 with a server that answers NOPROTO${password && ', with a password'}`, async () => {
        broker = await startRedis({ password })
        const proxy = await startResp2Proxy(broker.port)
        const one = await expectInSync({ uri: broker.uri.replace(/\d+$/, `${proxy.port}`) })
        expect(one.errors).to.deep.equal([])
        expect(proxy.refused()).to.be.above(0)
        await closeProbes()
        await proxy.close()
      })
    }

    it('says what to change where a client that was handed in demands version 3 of a server that answers NOPROTO', async () => {
      broker = await startRedis()
      const proxy = await startResp2Proxy(broker.port)
      const url = `redis://127.0.0.1:${proxy.port}`
      const [newer, older] = [3, 2].map((RESP) =>
        createClient({ url, RESP: RESP as 2 | 3 }).on('error', () => {})
      )
      const error = await rejection(redis({ redisClient: newer as RedisClientLike }).ready)
      expect(error).to.have.property('kind', 'options')
      expect(error)
        .to.have.property('message')
        .that.matches(/give the client `RESP: 2`/)
      const [one, two] = [redis({ redisClient: older as RedisClientLike }), redis({ uri: broker.uri })]
      await Promise.all([one.ready, two.ready])
      await expectOneCopy(one, [two])
      await expectOneCopy(two, [one])
      await closeProbes()
      for (const client of [newer, older]) client?.destroy()
      await proxy.close()
    })

    it('says what to change where version 3 was demanded', async () => {
      broker = await startRedis({ args: ['--rename-command', 'HELLO', ''] })
      const error = await rejection(redis({ uri: broker.uri, redisOptions: { RESP: 3 } }).ready)
      expect(error).to.have.property('kind', 'options')
      expect(error)
        .to.have.property('message')
        .that.matches(/RESP 3: leave out `RESP: 3`/)
    })
  })

  it('a UNIX socket', async () => {
    const path = join(folder, 'redis.sock')
    broker = await startRedis({ args: ['--unixsocket', path] })
    await expectInSync({ redisOptions: { socket: { path } } })
    expect(await broker.command('CLIENT', 'LIST')).to.contain(`laddr=${path}`)
  })

  describe('TLS', () => {
    let certificates: Certificates
    let server: Certificate
    let client: Certificate
    let uri: string

    before(async () => {
      certificates = await Certificates.make()
      server = await certificates.sign('server', 'DNS:localhost')
      client = await certificates.sign('client', 'DNS:localhost')
    })
    after(() => certificates.remove())

    beforeEach(async () => {
      const port = await freePort()
      const files = ['--tls-cert-file', server.cert, '--tls-key-file', server.key]
      broker = await startRedis({
        args: ['--tls-port', `${port}`, ...files, '--tls-ca-cert-file', certificates.ca]
      })
      uri = `rediss://localhost:${port}`
    })

    it('with an authority and a client certificate of one’s own', async () => {
      const [ca, cert, key] = await Promise.all(
        [certificates.ca, client.cert, client.key].map((file) => readFile(file))
      )
      await expectInSync({ uri, redisOptions: { socket: { ca, cert, key } } })
    })

    it('with a certificate that is not trusted: goes on trying, and names the option', async () => {
      const one = redis({ uri })
      await eventually(() => one.errors.length > 1)
      expect(one.errors.map(({ message }) => message).join()).to.match(
        /certificate.*`redisOptions\.socket\.ca`/
      )
      expect(one.adapter.status).to.equal('connecting')
    })
  })

  describe('a user with the least rights', () => {
    const password = 'p@ss/w:rd%'

    beforeEach(async () => {
      broker = await startRedis()
      const rights = ['resetchannels', '&feathers-sync', '-@all', '+publish', '+subscribe']
      await broker.command('ACL', 'SETUSER', 'sync@app', 'on', `>${password}`, ...rights)
    })

    it('percent-encoded in the URI', async () => {
      const user = `${encodeURIComponent('sync@app')}:${encodeURIComponent(password)}`
      await expectInSync({ uri: `redis://${user}@127.0.0.1:${broker?.port}` })
      expect(await broker?.command('CLIENT', 'LIST')).to.contain('user=sync@app')
    })

    it('in redisOptions', async () => {
      await expectInSync({ uri: broker?.uri, redisOptions: { username: 'sync@app', password } })
      expect(await broker?.command('CLIENT', 'LIST')).to.contain('user=sync@app')
    })
  })
})
