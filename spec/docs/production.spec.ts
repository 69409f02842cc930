import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { eventually } from '../support/eventually.js'
import { APP, Page, record } from './page.js'
import { SERVICES } from './server-program.js'
import { connected, isListening, ServerStage } from './server-stage.js'

const page = await Page.read('docs/production.md')

page.describe(() => {
  const stage = new ServerStage()

  for (const framework of ['koa', 'express'] as const) {
    it(`keeps clients of ${framework} over each transport when an instance ends by SIGTERM`, async () => {
      const { code } = page.snippet('Start and stop')
      const leaver = await stage.start(code, { framework })
      const clients = ['websocket', 'polling'].map((transport) => stage.client({ transports: [transport] }))
      await Promise.all(clients.map(({ socket }) => connected(socket)))
      const lost = clients.map(({ socket }) => once(socket as never, 'disconnect'))
      expect(await leaver.end('SIGTERM')).to.equal(0)
      await Promise.all(lost)
      await stage.start(code, { framework })
      await Promise.all(clients.map(({ socket }) => connected(socket)))
      clients[0]?.create('back')
      await eventually(() => clients.every(({ texts }) => texts.length > 0))
      for (const { texts } of clients) expect(texts).to.deep.equal(['back'])
    })
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

  it('tells whether an instance is ready', async () => {
    const server = `
      import { feathers } from '@feathersjs/feathers'
      import { koa } from '@feathersjs/koa'
      const app = koa(feathers())
    `
    const configure = `
      import sync from 'feathers-sync'
      app.configure(sync({ uri: '${stage.broker.uri}', key: '${stage.key}' }))
    `
    const { app } = await page.run(page.snippet('Readiness'), server, configure)
    await app.sync.ready
    await app.listen(stage.port)
    const answer = async () => {
      const response = await fetch(`http://127.0.0.1:${stage.port}/ready`, {
        headers: { connection: 'close' }
      })
      return `${response.status} ${await response.text()}`
    }
    expect(await answer()).to.equal('200 {"healthy":true,"status":"ready"}')
    await stage.broker.kill()
    try {
      await eventually(() => app.sync.status === 'reconnecting')
      expect(await answer()).to.equal('200 {"healthy":true,"status":"reconnecting"}')
    } finally {
      await stage.broker.start()
    }
    await app.sync.close()
    expect(await answer()).to.equal('503 {"healthy":false,"status":"closed"}')
  })

  it('keeps what an outage of the planned length makes, and loses only what is above it', async () => {
    const [planned, more] = [60, 7]
    const { code, ...rest } = page.snippet('How long an outage may last')
    const sized = code
      .replace('redis://localhost:6379', stage.broker.uri)
      .replace('my-application', stage.key)
      .replace('120_000', `${planned}`)
    const [one, two] = await page.twice({ code: sized, ...rest }, APP)
    const texts = record(two)
    let missed = 0
    two.on('sync-gap', (gap) => {
      missed += gap.missed
    })
    const all = Array.from({ length: planned + more }, (_, index) => `${index}`)
    await stage.broker.kill()
    try {
      await eventually(() => [one, two].every(({ sync }) => sync.status === 'reconnecting'))
      for (const text of all) {
        await one.service('messages').create({ text })
        await turn()
      }
    } finally {
      await stage.broker.start()
    }
    await eventually(() => texts.length + missed === all.length, { message: 'all, or a gap' })
    expect(texts).to.deep.equal(all.slice(more))
    expect(missed).to.equal(more)
    expect(one.sync.stats().events.lost).to.equal(more)
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
})
