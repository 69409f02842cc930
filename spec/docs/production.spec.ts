import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { freePort } from '../support/brokers/ports.js'
import { type RedisBroker, startRedis } from '../support/brokers/redis.js'
import { eventually } from '../support/eventually.js'
import { Page } from './page.js'
import { type ProgramOptions, SERVICES, ServerProgram } from './server-program.js'

const page = await Page.read('docs/production.md')

page.describe(() => {
  let broker: RedisBroker
  let port: number
  let key: string
  const programs: ServerProgram[] = []
  const sockets: Socket[] = []

  before(async () => {
    broker = await startRedis()
  })
  after(() => broker.stop())

  beforeEach(async () => {
    port = await freePort()
    key = randomUUID()
  })
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect()
    await Promise.all(programs.splice(0).map((program) => program.end('SIGKILL')))
  })

  /** With our own broker, port and key. */
  const own = (code: string) =>
    code
      .replaceAll('redis://localhost:6379', broker.uri)
      .replaceAll('3030', `${port}`)
      .replaceAll('my-application', key)

  const start = async (code: string, options?: ProgramOptions) => {
    const program = await ServerProgram.start(own(code), options)
    programs.push(program)
    return program
  }

  const client = (options: Partial<ManagerOptions & SocketOptions> = {}) => {
    const socket = io(`http://127.0.0.1:${port}`, {
      reconnectionDelay: 50,
      reconnectionDelayMax: 100,
      forceNew: true,
      ...options
    })
    sockets.push(socket)
    const texts: string[] = []
    socket.on('messages created', ({ text }) => texts.push(text))
    const create = (text: string) => socket.emitWithAck('create', 'messages', { text })
    return { socket, texts, create }
  }
  const connected = (socket: Socket) => eventually(() => socket.connected, { message: 'a connection' })

  for (const framework of ['koa', 'express'] as const) {
    for (const transport of ['websocket', 'polling']) {
      it(`keeps clients of ${framework} over ${transport} when an instance ends by SIGTERM`, async () => {
        const { code } = page.snippet('Start and stop')
        const leaver = await start(code, { framework })
        const { socket, texts, create } = client({ transports: [transport] })
        await connected(socket)
        const lost = once(socket as never, 'disconnect')
        expect(await leaver.end('SIGTERM')).to.equal(0)
        await lost
        await start(code, { framework })
        await connected(socket)
        create('back')
        await eventually(() => texts.length > 0)
        expect(texts).to.deep.equal(['back'])
      })
    }
  }

  it('says what disconnectSockets() does to clients', async () => {
    const { code } = page.snippet('Start and stop')
    const leaver = await start(code.replace('engine.close()', 'disconnectSockets()'))
    const { socket } = client({ transports: ['websocket'] })
    await connected(socket)
    const lost = once(socket as never, 'disconnect')
    expect(await leaver.end('SIGTERM')).to.equal(0)
    expect((await lost)[0]).to.equal('io server disconnect')
    expect(socket.active, 'will it connect again?').to.equal(false)
  })

  it('says who can connect during a teardown hook, and that it keeps the instance open', async () => {
    const hook = `
      app.hooks({ teardown: [async (_context, next) => {
        await new Promise((resolve) => process.once('message', resolve))
        process.disconnect()
        await next()
      }] })`
    const leaver = await start(`${hook}\n${page.snippet('Start and stop').code}`)
    const early = client({ transports: ['polling'] })
    await connected(early.socket)
    const lost = once(early.socket as never, 'disconnect')
    leaver.process.kill('SIGTERM')
    await lost
    await connected(early.socket)
    const other = client({ transports: ['websocket'] })
    await new Promise((resolve) => other.socket.once('connect_error', resolve))
    leaver.process.send('go on')
    const isListening = () =>
      fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }).then(
        () => true,
        () => false
      )
    await eventually(async () => !(await isListening()), { message: 'the end of listening' })
    expect(early.socket.connected).to.equal(true)
    expect(leaver.process.exitCode).to.equal(null)
  })

  it('does not listen before it hears the others', async () => {
    const { socket } = client({ transports: ['websocket'] })
    let refusals = 0
    await broker.kill()
    try {
      const code = page
        .snippet('Start and stop')
        .code.replace('await app.sync', 'process.send(1)\nawait app.sync')
      const program = await start(code)
      await once(program.process, 'message')
      const refused = () => refusals >= 3
      socket.on('connect_error', () => {
        refusals += 1
      })
      await eventually(refused, { message: 'connections that are refused' })
    } finally {
      await broker.start()
    }
    await connected(socket)
  })

  it('serves eight clients by three workers of a cluster', async () => {
    const { code } = page.snippet('Several processes on one machine')
    const workers = code
      .replace('availableParallelism()', '3')
      .replace('app.configure(sync', `${SERVICES}app.configure(sync`)
    await start(workers, { hasSockets: true })
    const clients = Array.from({ length: 8 }, () => client({ transports: ['websocket'] }))
    await Promise.all(clients.map(({ socket }) => connected(socket)))
    for (const [index, { create }] of clients.entries()) create(`from ${index}`)
    const all = clients.map((_, index) => `from ${index}`)
    await eventually(() => clients.every(({ texts }) => texts.length >= 8))
    for (const { texts } of clients) expect([...texts].sort()).to.deep.equal(all)
  })

  it('takes options of the environment', async () => {
    const [defaults, variables] = page.snippets.filter(({ language }) => language === 'json')
    const folder = await mkdtemp(join(tmpdir(), 'production-'))
    try {
      await writeFile(join(folder, 'default.json'), defaults?.code ?? '')
      await writeFile(join(folder, 'custom-environment-variables.json'), variables?.code ?? '')
      const code = `${page.snippet('Configuration per environment').code}
        process.send(app.sync.adapter.options)
        process.exitCode = 0`
      const seen = async (env: Record<string, string>) => {
        const program = await ServerProgram.start(code, { env: { NODE_CONFIG_DIR: folder, ...env } })
        programs.push(program)
        const [options] = await once(program.process, 'message')
        return options
      }
      const omit = ['password']
      expect(await seen({})).to.deep.include({ uri: 'ipc:', key: 'my-application-development', omit })
      const set = { uri: broker.uri, key }
      expect(await seen({ SYNC_URI: set.uri, SYNC_KEY: set.key })).to.deep.include({ ...set, omit })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('tests an application', async () => {
    const prelude = `
      import { feathers } from '@feathersjs/feathers'
      import { MemoryService } from '@feathersjs/memory'
      import sync from 'feathers-sync'
      const createApp = (options) => feathers().configure(sync(options)).use('messages', new MemoryService())
    `
    const { code } = page.snippet('Test your own application')
    const more = 'export { message }\nconst app = one\n'
    const { message } = (await page.run({ code, heading: '', language: 'js' }, prelude, more)) as unknown as {
      message: object
    }
    expect(message).to.deep.equal({ id: 0, text: 'hi' })
  })
})
