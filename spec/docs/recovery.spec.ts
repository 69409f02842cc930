import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Application, HookContext } from '@feathersjs/feathers'
import { feathers } from '@feathersjs/feathers'
import { MemoryService } from '@feathersjs/memory'
import socketio from '@feathersjs/socketio'
import { expect } from 'chai'
import { io, type Socket } from 'socket.io-client'
import { eventually } from '../support/eventually.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'

/** A server whose client is behind a proxy. */
class RecoveryStage {
  readonly texts: string[] = []
  /** Of all calls. */
  readonly providers: unknown[] = []
  app!: Application & { io?: { close(): void } }
  proxy!: TcpProxy
  socket!: Socket

  async start(skipMiddlewares: boolean | undefined): Promise<void> {
    const connectionStateRecovery = skipMiddlewares === undefined ? {} : { skipMiddlewares }
    const app = feathers() as unknown as Application
    app.configure(socketio({ connectionStateRecovery, transports: ['websocket'] }) as never)
    app.use('messages', new MemoryService())
    const note = ({ params }: HookContext) => this.providers.push(params.provider)
    app.service('messages').hooks({ before: { find: [async (context) => void note(context)] } })
    app.on('connection', (connection) => app.channel('all').join(connection as never))
    app.publish(() => app.channel('all'))
    this.app = app
    const server = await app.listen(0)
    await once(server, 'listening')
    this.proxy = await startProxy((server.address() as AddressInfo).port)
    const options = {
      transports: ['websocket'],
      reconnectionDelay: 20,
      reconnectionDelayMax: 20,
      forceNew: true
    }
    this.socket = io(`http://127.0.0.1:${this.proxy.port}`, options)
    this.socket.on('messages created', ({ text }) => this.texts.push(text))
    await once(this.socket as never, 'connect')
    await this.create('before')
    await eventually(() => this.texts.length === 1)
  }

  create(text: string): Promise<unknown> {
    return this.app.service('messages').create({ text })
  }

  /** The client is cut off, and comes back. */
  async cutOff(): Promise<void> {
    this.proxy.stall('down')
    await this.create('until the server noticed')
    this.proxy.refuse()
    const noticed = once(this.app, 'disconnect')
    this.proxy.cut()
    await noticed
    await this.create('while it was away')
    this.proxy.resume()
    const connected = once(this.socket as never, 'connect')
    await this.proxy.accept()
    await connected
  }

  async stop(): Promise<void> {
    this.socket.disconnect()
    await this.proxy.close()
    this.app.io?.close()
  }
}

describe("socket.io's connection state recovery with Feathers", () => {
  let stage: RecoveryStage

  beforeEach(() => {
    stage = new RecoveryStage()
  })
  afterEach(() => stage.stop())

  const call = () =>
    new Promise((resolve) => {
      stage.socket.emit('find', 'messages', {}, (error: unknown) => resolve(error))
    })

  it('makes calls count as those of the server where middlewares are skipped, which is its default', async () => {
    await stage.start(undefined)
    await call()
    await stage.cutOff()
    expect(stage.socket.recovered).to.equal(true)
    await call()
    expect(stage.providers).to.deep.equal(['socketio', undefined])
    await stage.create('after')
    await call()
    expect(stage.texts).not.to.include('after')
  })

  it('sends what was sent until the server noticed the loss, and nothing of what came then', async () => {
    await stage.start(false)
    await stage.cutOff()
    expect(stage.socket.recovered).to.equal(true)
    await call()
    expect(stage.providers).to.deep.equal(['socketio'])
    await stage.create('after')
    await eventually(() => stage.texts.includes('after'))
    expect(stage.texts).to.deep.equal(['before', 'until the server noticed', 'after'])
  })
})
