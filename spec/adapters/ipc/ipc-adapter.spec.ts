import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { packet } from '../../../lib/adapters/ipc/ipc-packets.js'
import { IpcAdapter, SyncError } from '../../../lib/index.js'
import { resolveOptions } from '../../../lib/sync/options.js'
import { describeSyncAdapter } from '../../conformance/index.js'
import { recorder } from '../../conformance/instances.js'
import { rejection } from '../../conformance/rejection.js'
import { eventually } from '../../support/eventually.js'
import { instanceScript } from './ipc-processes.js'

describe('IpcAdapter', function () {
  this.timeout(60_000)
  let folder: string
  let uri: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipc-'))
    uri = `ipc://${folder}/hub.sock`
  })

  after(() => rmSync(folder, { recursive: true }))

  describe('with a hub in another process, which nobody can replace', () => {
    // The instances see the hub's folder by a link: while that is away, none of them can become the hub.
    const away = () => join(folder, 'link')
    let hub: ChildProcess | undefined

    const broker = {
      async kill() {
        unlinkSync(away())
        hub?.kill('SIGKILL')
        await once(hub as ChildProcess, 'exit')
      },
      async start() {
        hub = fork(instanceScript(), [`ipc://${folder}/real/hub.sock`], { execArgv: [] })
        await once(hub, 'message')
        symlinkSync(join(folder, 'real'), away())
      }
    }

    before(async () => {
      mkdirSync(join(folder, 'real'))
      await broker.start()
    })

    after(() => broker.kill())

    describeSyncAdapter('ipc', { options: () => ({ uri: `ipc://${folder}/link/hub.sock` }), broker })
  })

  describe('alone', () => {
    const adapters: IpcAdapter[] = []

    afterEach(async () => {
      await Promise.all(adapters.splice(0).map((adapter) => adapter.close()))
    })

    const create = (address = uri) => {
      const adapter = new IpcAdapter()
      adapter.options = resolveOptions({ uri: address })
      adapters.push(adapter)
      return adapter
    }

    for (const [what, address, text] of [
      ['too long a path', `ipc:///tmp/${'x'.repeat(100)}`, /has 105 bytes, a socket's may have 98/],
      ['a host', 'ipc://tmp/hub.sock', /three slashes/],
      ['a file that is no socket', `ipc://${process.cwd()}/package.json`, /is not a socket of the user/],
      ['a directory', `ipc://${process.cwd()}/spec`, /is not a socket of the user/]
    ] as const) {
      it(`is refused ${what}`, async () => {
        const adapter = create(address)
        const error = await rejection(adapter.connect(recorder()))
        expect(error).to.be.instanceOf(SyncError).with.property('kind', 'options')
        expect((error as SyncError).message)
          .to.match(text)
          .and.contain('ipc:///path/to.sock')
      })
    }

    it('goes on trying where the folder does not exist yet', async () => {
      const late = join(folder, 'late')
      const handlers = recorder()
      const adapter = create(`ipc://${late}/hub.sock`)
      const ready = adapter.connect(handlers)
      await eventually(() => handlers.errors.length > 1, { message: 'errors' })
      expect(handlers.errors[0]).to.have.property('kind', 'connect')
      mkdirSync(late)
      await ready
    })

    it('says which instance has the hub', async () => {
      const [one, two] = [create(), create()]
      expect([one, two].map(({ isHub }) => isHub)).to.deep.equal([false, false])
      await one.connect(recorder())
      await two.connect(recorder())
      expect([one, two].map(({ isHub }) => isHub)).to.deep.equal([true, false])
      await one.close()
      await eventually(() => two.isHub, { message: 'the other hub' })
      expect(one.isHub).to.equal(false)
    })

    it('steps down when its socket is replaced', async () => {
      const [one, two] = [create(), create()]
      const handlers = [recorder(), recorder()] as const
      await one.connect(handlers[0])
      unlinkSync(`${folder}/hub.sock`)
      await two.connect(handlers[1])
      await eventually(() => handlers[0].statuses.at(-1) === 'ready' && handlers[0].statuses.length > 2)
      await one.publish(Buffer.from('found you'))
      await eventually(() => handlers[1].received.length > 0, { message: 'the message' })
    })
  })

  describe('with a hub that does not work', () => {
    let hub: Server
    let sockets: Socket[]
    let adapter: IpcAdapter
    let welcome: boolean

    beforeEach(async () => {
      sockets = []
      welcome = true
      const path = join(folder, 'odd.sock')
      hub = createServer({ allowHalfOpen: true }, (socket) => {
        sockets.push(socket.on('error', () => {}))
        if (welcome) socket.write(packet(new Uint8Array()))
      })
      await once(hub.listen(path), 'listening')
      adapter = new IpcAdapter()
      adapter.options = resolveOptions({ uri: `ipc://${path}` })
    })

    afterEach(async () => {
      await adapter.close()
      for (const socket of sockets) socket.destroy()
      hub.close()
      await once(hub, 'close')
    })

    const messages = Array.from({ length: 100 }, () => Buffer.alloc(100_000))

    it('publishes when it has room again', async () => {
      await adapter.connect(recorder())
      let taken = 0
      const all = messages.map((message) => adapter.publish(message).then(() => taken++))
      await eventually(() => taken > 0, { message: 'the first to be taken' })
      expect(taken).to.be.below(50)
      sockets[0]?.resume()
      await Promise.all(all)
      expect(taken).to.equal(100)
    })

    it('rejects what had to wait when the hub goes', async () => {
      await adapter.connect(recorder())
      const all = Promise.allSettled(messages.map((message) => adapter.publish(message)))
      sockets[0]?.destroy()
      const rejected = (await all).filter(({ status }) => status === 'rejected')
      expect(rejected).to.have.length.above(50)
      expect(rejected[0]).to.have.nested.property('reason.kind', 'publish')
    })

    it('closes in time where the hub does not read', async () => {
      await adapter.connect(recorder())
      const all = Promise.allSettled(messages.map((message) => adapter.publish(message)))
      const began = performance.now()
      await adapter.close()
      expect(performance.now() - began).to.be.within(500, 1500)
      await all
    })

    it('closes at once where the hub does not welcome it', async () => {
      welcome = false
      void adapter.connect(recorder())
      await eventually(() => sockets.length === 1, { message: 'the connection' })
      const began = performance.now()
      await adapter.close()
      expect(performance.now() - began).to.be.below(500)
    })
  })

  it('keeps out of a folder that others may write', async () => {
    const shared = join(folder, 'shared')
    mkdirSync(shared)
    chmodSync(shared, 0o777)
    const adapter = new IpcAdapter()
    adapter.options = resolveOptions({ uri: `ipc://${shared}/hub.sock` })
    const error = await rejection(adapter.connect(recorder()))
    expect(error).to.be.instanceOf(SyncError).with.property('kind', 'options')
    expect((error as SyncError).message).to.contain(`may write the folder ${shared}`)
  })
})
