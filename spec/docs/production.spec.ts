import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { Page } from './page.js'
import { SERVICES } from './server-program.js'
import { connected, isListening, ServerStage } from './server-stage.js'

const page = await Page.read('docs/production.md')

page.describe(() => {
  const stage = new ServerStage()

  for (const framework of ['koa', 'express'] as const) {
    for (const transport of ['websocket', 'polling']) {
      it(`keeps clients of ${framework} over ${transport} when an instance ends by SIGTERM`, async () => {
        const { code } = page.snippet('Start and stop')
        const leaver = await stage.start(code, { framework })
        const { socket, texts, create } = stage.client({ transports: [transport] })
        await connected(socket)
        const lost = once(socket as never, 'disconnect')
        expect(await leaver.end('SIGTERM')).to.equal(0)
        await lost
        await stage.start(code, { framework })
        await connected(socket)
        create('back')
        await eventually(() => texts.length > 0)
        expect(texts).to.deep.equal(['back'])
      })
    }
  }

  it('says who can connect during a teardown hook, and that it keeps the instance open', async () => {
    const hook = `
      app.hooks({ teardown: [async (_context, next) => {
        await new Promise((resolve) => process.once('message', resolve))
        process.disconnect()
        await next()
      }] })`
    const leaver = await stage.start(`${hook}\n${page.snippet('Start and stop').code}`)
    const early = stage.client({ transports: ['polling'] })
    await connected(early.socket)
    const lost = once(early.socket as never, 'disconnect')
    leaver.process.kill('SIGTERM')
    await lost
    await connected(early.socket)
    const other = stage.client({ transports: ['websocket'] })
    await new Promise((resolve) => other.socket.once('connect_error', resolve))
    leaver.process.send('go on')
    await eventually(async () => !(await isListening(stage.port)), { message: 'the end of listening' })
    expect(early.socket.connected).to.equal(true)
    expect(leaver.process.exitCode).to.equal(null)
  })

  it('does not listen before it hears the others', async () => {
    const { socket } = stage.client({ transports: ['websocket'] })
    let refusals = 0
    await stage.broker.kill()
    try {
      const code = page
        .snippet('Start and stop')
        .code.replace('await app.sync', 'process.send(1)\nawait app.sync')
      const program = await stage.start(code)
      await once(program.process, 'message')
      const refused = () => refusals >= 3
      socket.on('connect_error', () => {
        refusals += 1
      })
      await eventually(refused, { message: 'connections that are refused' })
    } finally {
      await stage.broker.start()
    }
    await connected(socket)
  })

  it('serves eight clients by three workers of a cluster', async () => {
    const { code } = page.snippet('Several processes on one machine')
    const workers = code
      .replace('availableParallelism()', '3')
      .replace('app.configure(sync', `${SERVICES}app.configure(sync`)
    await stage.start(workers, { hasSockets: true })
    const clients = Array.from({ length: 8 }, () => stage.client({ transports: ['websocket'] }))
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
        const program = await stage.start(code, { env: { NODE_CONFIG_DIR: folder, ...env } })
        const [options] = await once(program.process, 'message')
        return options
      }
      const omit = ['password']
      expect(await seen({})).to.deep.include({ uri: 'ipc:', key: 'my-application-development', omit })
      const set = { uri: stage.broker.uri, key: stage.key }
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
