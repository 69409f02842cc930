import { once } from 'node:events'
import { expect } from 'chai'
import { freePort } from '../support/brokers/ports.js'
import { eventually } from '../support/eventually.js'
import { TcpProxy } from '../support/proxy.js'
import { Page } from './page.js'
import { SERVICES } from './server-program.js'
import { connected, isListening, ServerStage } from './server-stage.js'

const page = await Page.read('docs/production.md')
const { code } = page.snippet('Start and stop')
const workers = page
  .snippet('Several processes on one machine')
  .code.replace('availableParallelism()', '3')
  .replace('app.configure(sync', `${SERVICES}app.configure(sync`)

/** For processes that start. */
const SLOW = { timeout: 45_000, message: 'the servers' }

describe('docs/production.md, and what happens otherwise', function () {
  this.timeout(90_000)
  const stage = new ServerStage()

  for (const framework of ['koa', 'express'] as const) {
    describe(framework, () => {
      let balancer: TcpProxy
      let ports: [number, number]

      beforeEach(async () => {
        ports = [await freePort(), await freePort()]
        balancer = new TcpProxy(stage.port, ports[0])
        await balancer.accept()
      })
      afterEach(() => balancer.close())

      /** Two instances; all clients are at the first, and would come to the second one if they connected again. */
      async function deploy(text: string) {
        const [leaver] = await Promise.all(ports.map((port) => stage.start(text, { framework }, port)))
        if (!leaver) throw new Error('There is no instance')
        await eventually(async () => (await isListening(ports[0])) && (await isListening(ports[1])), SLOW)
        const transports = [['websocket'], ['polling'], ['polling', 'websocket']]
        const clients = [...transports, ...transports].map((transports) => stage.client({ transports }))
        await Promise.all(clients.map(({ socket }) => connected(socket)))
        const stays = stage.client({ transports: ['websocket'] }, ports[1])
        await connected(stays.socket)
        balancer.targetPort = ports[1]
        return { leaver, clients, stays }
      }

      it('an instance leaves before `closeTimeout`, and its clients go on at the other one', async () => {
        const { leaver, clients, stays } = await deploy(code)
        const lost = clients.map(({ socket }) => once(socket as never, 'disconnect'))
        const started = performance.now()
        expect(await leaver.end('SIGTERM')).to.equal(0)
        expect(performance.now() - started).to.be.below(3000)
        await Promise.all(lost)
        await Promise.all(clients.map(({ socket }) => connected(socket)))
        stays.create('after')
        await eventually(() => clients.every(({ texts }) => texts.length > 0))
        for (const { texts } of clients) expect(texts).to.deep.equal(['after'])
      })

      if (framework !== 'koa') return // what happens otherwise is the doing of socket.io and of Node, whatever the framework

      it('after disconnectSockets() no client comes back', async () => {
        const { leaver, clients } = await deploy(code.replace('engine.close()', 'disconnectSockets()'))
        const lost = clients.map(({ socket }) => once(socket as never, 'disconnect'))
        expect(await leaver.end('SIGTERM')).to.equal(0)
        for (const [reason] of await Promise.all(lost)) expect(reason).to.equal('io server disconnect')
        expect(clients.filter(({ socket }) => socket.active)).to.deep.equal([])
      })

      it('with neither of them, an open websocket keeps the instance open', async () => {
        const told = "app.on('sync-status', (status) => process.send(status))\n"
        const { leaver, clients } = await deploy(code.replace('app.io.engine.close()', told))
        leaver.process.kill('SIGTERM')
        await once(leaver.process, 'message')
        await eventually(async () => !(await isListening(ports[0])), { message: 'the end of listening' })
        expect(await clients[0]?.create('still served')).to.equal(null)
        expect(leaver.process.exitCode).to.equal(null)
        const exited = once(leaver.process, 'exit')
        for (const { socket } of clients) socket.disconnect()
        expect((await exited)[0]).to.equal(0)
      })

      it('a call over a websocket is not waited for, and its event is not sent, which is reported', async () => {
        const slow = `
          app.service('messages').hooks({
            before: { create: [async () => {
              process.send('called')
              await new Promise((resolve) => app.on('sync-status', () => setTimeout(resolve, 100)))
            }] },
            after: { create: [() => process.send('written')] }
          })
          app.on('sync-error', ({ kind }) => process.send(kind))\n`
        const { leaver, clients, stays } = await deploy(slow + code)
        const told: unknown[] = []
        leaver.process.on('message', (message) => told.push(message))
        clients[0]?.create('late').catch(() => {})
        await eventually(() => told.includes('called'), { message: 'the call' })
        expect(await leaver.end('SIGTERM')).to.equal(0)
        await eventually(() => told.includes('written'), { message: 'the record' })
        await eventually(() => told.includes('closed'), { message: 'the report' })
        expect(stays.texts).to.deep.equal([])
      })
    })
  }

  it('with `connectTimeout`, an instance whose broker is away ends with an error', async () => {
    await stage.broker.kill()
    try {
      const program = await stage.start(code.replace('sync({', 'sync({ connectTimeout: 300,'), {
        silent: true
      })
      const errors: string[] = []
      program.process.stderr?.on('data', (data) => errors.push(`${data}`))
      expect((await once(program.process, 'close'))[0]).to.equal(1)
      expect(errors.join('')).to.match(/SyncError: .*within 300 ms/)
      expect(await isListening(stage.port)).to.equal(false)
    } finally {
      await stage.broker.start()
    }
  })

  it('with the default transports, most attempts to connect to a cluster fail', async () => {
    const told = "import cluster from 'node:cluster'\ncluster.on('listening', () => process.send(1))\n"
    const open = workers
      .replace("{ transports: ['websocket'] }", '')
      .replace("import cluster from 'node:cluster'", told)
    const program = await stage.start(open, { hasSockets: true })
    let listening = 0
    program.process.on('message', () => {
      listening += 1
    })
    await eventually(() => listening === 3, SLOW)
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { socket, create } = stage.client({ reconnection: false })
        return await new Promise<boolean>((resolve) => {
          socket.on('connect_error', () => resolve(false))
          socket.on('disconnect', () => resolve(false))
          socket.io.on('close', () => resolve(false))
          create('served').then(
            () => resolve(true),
            () => resolve(false)
          )
        })
      })
    )
    expect(results.filter(Boolean).length).to.be.below(4)
  })
})
