import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as amqpConnect } from 'amqplib'
import { expect } from 'chai'
import { connect as natsConnect } from 'nats'
import { createClient } from 'redis'
import type { Broker } from './brokers/broker.js'
import { type NatsBroker, startNats } from './brokers/nats.js'
import { type RabbitBroker, sharedRabbit } from './brokers/rabbitmq.js'
import { type RedisBroker, startRedis } from './brokers/redis.js'
import { eventually } from './eventually.js'
import { runScript } from './process.js'

describe('brokers', () => {
  describe('redis', () => {
    let broker: RedisBroker

    before(async () => {
      broker = await startRedis({ password: 'p@ss' })
    })
    after(() => broker.stop())

    it('answers a driver, also after a SIGKILL and a restart', () => survivesRestart(broker, redisRoundTrip))

    it('leaves no folder where it is not installed', async () => {
      const { TMPDIR } = process.env
      const folder = await mkdtemp(join(tmpdir(), 'feathers-sync-none-'))
      try {
        process.env.TMPDIR = folder
        await failureOf(startRedis({ source: { program: 'no-redis-server', image: 'no/such:image' } }))
        expect(await readdir(folder)).to.deep.equal([])
      } finally {
        if (TMPDIR === undefined) delete process.env.TMPDIR
        else process.env.TMPDIR = TMPDIR
        await rmdir(folder)
      }
    })

    it('takes raw commands', async () => {
      expect(await broker.command('CLIENT', 'KILL', 'TYPE', 'pubsub')).to.equal(':0\r\n')
      expect(await broker.command('ECHO', 'Größe\r\n')).to.equal('$9\r\nGröße\r\n\r\n')
      expect(await failureOf(broker.command('NONSENSE'))).to.contain('unknown command')
    })
  })

  describe('nats', () => {
    let broker: NatsBroker

    before(async () => {
      broker = await startNats({ user: 'us', password: 'p@ss', maxPayload: 1234 })
    })
    after(() => broker.stop())

    it('answers a driver, also after a SIGKILL and a restart', () => survivesRestart(broker, natsRoundTrip))

    it('limits the payload', async () => {
      const client = await natsClient(broker.uri)
      expect(client.info?.max_payload).to.equal(1234)
      await client.close()
    })

    it('ends as a lame duck', async () => {
      const client = await natsClient(broker.uri)
      broker.lameDuck()
      await client.closed()
      await eventually(() =>
        broker.start().then(
          () => true,
          () => false
        )
      )
    })
  })

  describe('rabbitmq', function () {
    this.timeout(60_000)
    let broker: RabbitBroker

    before(async () => {
      broker = await sharedRabbit()
    })

    it('is shared by the whole run', async () => {
      expect(await sharedRabbit()).to.equal(broker)
    })

    it('answers a driver, on virtual hosts that were made as well, also after a SIGKILL and a restart', async () => {
      const uri = await broker.createVhost()
      expect(await broker.createVhost()).not.to.equal(uri)
      await survivesRestart(broker, amqpRoundTrip)
      await amqpRoundTrip(uri)
    })

    it('closes connections', async () => {
      const connection = await amqpConnect(broker.uri)
      const closed = once(connection, 'close')
      connection.on('error', () => {})
      await broker.closeConnections('for a reason')
      await closed
    })

    it('evaluates Erlang', async () => {
      expect(await broker.eval('X = 20, X + 1')).to.equal('21')
      expect(await failureOf(broker.eval('no_module:no_function()'))).to.contain('undef')
    })
  })

  it('says so when its port is taken', async () => {
    const [one, two] = [await startRedis(), await startRedis()]
    await two.kill()
    two.port = one.port
    expect(await failureOf(two.start())).to.match(/already in use/)
    await Promise.all([one.stop(), two.stop()])
  })

  it('leaves nothing behind, even when the process that started it is killed', async () => {
    const script = `
      import { startRedis } from './spec/support/brokers/redis.ts'
      const { port, folder } = await startRedis()
      console.log(JSON.stringify({ port, folder }))
      process.kill(process.pid, 'SIGKILL')`
    const { port, folder } = JSON.parse((await runScript(script)).output)
    await eventually(async () => (await failureOf(redisRoundTrip(`redis://127.0.0.1:${port}`))) !== 'nothing')
    await eventually(() => !existsSync(folder))
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.to.contain(`:${port}`)
  })
})

async function survivesRestart(broker: Broker, roundTrip: (uri: string) => Promise<void>): Promise<void> {
  const { uri } = broker
  await roundTrip(uri)
  await broker.kill()
  expect(await failureOf(roundTrip(uri))).to.match(/ECONNREFUSED|CONNECTION_REFUSED/)
  await broker.start()
  expect(broker.uri).to.equal(uri)
  await roundTrip(uri)
}

async function redisRoundTrip(url: string): Promise<void> {
  const client = createClient({ url, socket: { reconnectStrategy: false } }).on('error', () => {})
  await client.connect()
  expect(await client.ping()).to.equal('PONG')
  client.destroy()
}

async function natsRoundTrip(uri: string): Promise<void> {
  const client = await natsClient(uri)
  await client.flush()
  await client.close()
}

/** nats.js takes no credentials from a URL. */
async function natsClient(uri: string) {
  const { host, username: user, password } = new URL(uri)
  return natsConnect({ servers: host, user, pass: decodeURIComponent(password), reconnect: false })
}

async function amqpRoundTrip(uri: string): Promise<void> {
  const connection = await amqpConnect(uri)
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  expect(queue).to.match(/^amq\.gen/)
  await connection.close()
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing',
    (error: Error) => String(error)
  )
}
