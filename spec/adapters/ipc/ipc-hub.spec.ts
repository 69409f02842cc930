import crypto, { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs, {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import sinon from 'sinon'
import { fileIdentity, IpcHub } from '../../../lib/adapters/ipc/ipc-hub.js'
import { MAX_PACKET, onPacket, packet } from '../../../lib/adapters/ipc/ipc-packets.js'
import { eventually } from '../../support/eventually.js'

interface Client {
  socket: Socket
  received: string[]
}

describe('IpcHub', () => {
  let folder: string
  let path: string
  const hubs: IpcHub[] = []
  const sockets: Socket[] = []

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-'))
    path = join(folder, 'hub.sock')
  })

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await Promise.all(hubs.splice(0).map((hub) => hub.close()))
    rmSync(folder, { recursive: true })
  })

  async function open(stale?: string): Promise<IpcHub | undefined> {
    const hub = await IpcHub.open(path, stale)
    if (hub) hubs.push(hub)
    return hub
  }

  async function connect(): Promise<Socket> {
    const socket = createConnection(path)
    sockets.push(socket.on('error', () => {}))
    await once(socket, 'connect')
    return socket
  }

  /** A client that has been welcomed. */
  async function welcomed(key = 'key'): Promise<Client> {
    const socket = await connect()
    const packets: string[] = []
    onPacket(socket, (bytes) => packets.push(bytes.toString()))
    socket.write(packet(Buffer.from(key)))
    await eventually(() => packets.length === 1, { message: 'the welcome' })
    return { socket, received: packets }
  }

  const send = ({ socket }: Client, text: string) => socket.write(packet(Buffer.from(text)))

  describe('open', () => {
    it('makes a socket that only its user can use, and nothing else', async () => {
      await open()
      expect(readdirSync(folder)).to.deep.equal(['hub.sock'])
      expect(statSync(path).mode & 0o777).to.equal(0o600)
    })

    it('gives way to one that has been faster', async () => {
      const opened = await Promise.all(Array.from({ length: 10 }, () => open()))
      expect(opened.filter((hub) => hub !== undefined)).to.have.length(1)
      expect(readdirSync(folder)).to.deep.equal(['hub.sock'])
      await welcomed()
    })

    it('gives way to one that was just faster: the name is taken in one step', async () => {
      symlinkSync('nowhere', path) // looks like nothing, but the name is taken
      expect(await open()).to.equal(undefined)
      expect(readdirSync(folder)).to.deep.equal(['hub.sock'])
      expect(lstatSync(path).isSymbolicLink()).to.equal(true)
    })

    it('does without hard links where the file system has none', async () => {
      const link = sinon.stub(fs, 'linkSync').throws(Object.assign(new Error('no'), { code: 'EPERM' }))
      syncBuiltinESMExports()
      try {
        expect(await open()).to.be.instanceOf(IpcHub)
      } finally {
        link.restore()
        syncBuiltinESMExports()
      }
      await welcomed()
    })

    it('takes another name to begin with where somebody has left one behind', async () => {
      mkdirSync(join(folder, '6161'))
      const bytes = sinon.stub(crypto, 'randomBytes')
      bytes
        .callThrough()
        .onFirstCall()
        .callsFake(() => Buffer.from('aa'))
      syncBuiltinESMExports()
      try {
        expect(await open()).to.be.instanceOf(IpcHub)
        expect(bytes.callCount).to.equal(2)
      } finally {
        bytes.restore()
        syncBuiltinESMExports()
      }
      await welcomed()
    })

    it('lets nobody else connect at any time, whatever the umask is', async () => {
      const umask = process.umask(0)
      const seen: number[] = []
      const chmod = sinon.stub(fs, 'chmodSync').callsFake((file) => {
        seen.push(fs.statSync(dirname(file as string)).mode & 0o777)
        chmod.wrappedMethod(file, 0o600)
      })
      syncBuiltinESMExports()
      try {
        expect(await open()).to.be.instanceOf(IpcHub)
      } finally {
        process.umask(umask)
        chmod.restore()
        syncBuiltinESMExports()
      }
      expect(seen).to.deep.equal([0o700])
      expect(fs.statSync(path).mode & 0o777).to.equal(0o600)
      expect(readdirSync(folder)).to.deep.equal(['hub.sock'])
    })

    it('goes on where its folder can not be read any more, and closes', async () => {
      const hub = await open()
      const moved = `${folder}-moved`
      fs.renameSync(folder, moved)
      symlinkSync(folder, folder) // ELOOP, as EACCES comes from no folder of root's
      const stat = sinon.spy(fs, 'statSync')
      syncBuiltinESMExports()
      try {
        await eventually(() => stat.exceptions.filter(Boolean).length >= 2, { message: 'two failed checks' })
      } finally {
        stat.restore()
        syncBuiltinESMExports()
      }
      fs.rmSync(folder)
      fs.renameSync(moved, folder)
      await welcomed()
      fs.renameSync(folder, moved)
      symlinkSync(folder, folder)
      await hub?.close()
      fs.rmSync(folder)
      fs.renameSync(moved, folder)
    })

    it('replaces the dead socket that it is given, and no other', async () => {
      await open()
      const stale = fileIdentity(path)
      expect(await open('another')).to.equal(undefined)
      expect(await open(stale)).to.be.instanceOf(IpcHub)
      expect(fileIdentity(path)).not.to.equal(stale)
    })
  })

  describe('close', () => {
    it('removes its socket, but not that of a successor', async () => {
      const first = await open()
      const second = await open(fileIdentity(path))
      await first?.close()
      expect(existsSync(path)).to.equal(true)
      await second?.close()
      expect(existsSync(path)).to.equal(false)
    })

    it('lets the clients have what was sent, and ends in time where one does not read', async () => {
      const hub = await open()
      const [one, two, deaf] = [await welcomed(), await welcomed(), await welcomed()]
      deaf.socket.pause()
      for (let count = 0; count < 50; count += 1) send(one, 'x'.repeat(100_000))
      await eventually(() => one.received.length > 50, { message: 'the echo' })
      const began = performance.now()
      await hub?.close()
      expect(performance.now() - began).to.be.within(500, 1500)
      await eventually(() => two.received.length === 51, { message: 'all of it' })
    })

    it('lets a client have what was sent that is busy meanwhile, and sends first', async () => {
      const hub = await open()
      const [one, busy] = [await welcomed(), await welcomed()]
      busy.socket.pause()
      send(one, 'the last words')
      await eventually(() => one.received.length === 2, { message: 'the echo' })
      const closing = hub?.close()
      await once(one.socket, 'close') // now the hub has nothing more to send
      for (const text of ['mine', 'more of mine'])
        await new Promise((resolve) => busy.socket.write(packet(Buffer.from(text)), resolve))
      busy.socket.resume()
      await closing
      await eventually(() => busy.socket.destroyed, { message: 'the end' })
      expect(busy.received[1]).to.equal('the last words')
    })
  })

  it('forwards to all clients of the same key, the sender too, and to no others', async () => {
    await open()
    const [one, two, stranger] = [await welcomed(), await welcomed(), await welcomed('other')]
    send(one, 'hello')
    await eventually(() => one.received.length === 2 && two.received.length === 2)
    send(stranger, 'mine')
    await eventually(() => stranger.received.length === 2)
    expect([one, two, stranger].map(({ received }) => received[1])).to.deep.equal(['hello', 'hello', 'mine'])
  })

  it('is not hurt by garbage, half a header, or a packet too large', async () => {
    await open()
    const [one, two] = [await welcomed(), await welcomed()]
    const announced = Buffer.alloc(4)
    announced.writeUInt32BE(MAX_PACKET + 1)
    for (const bytes of [Buffer.alloc(50, 0xff), announced]) {
      const socket = await connect()
      socket.resume().write(bytes)
      await once(socket, 'close') // cut off
    }
    for (let count = 0; count < 20; count += 1) (await connect()).resume().end(randomBytes(count))
    const half = await connect()
    half.write(Buffer.of(0, 0))
    half.destroy()
    send(one, 'unhurt')
    await eventually(() => two.received.includes('unhurt'), { message: 'the message' })
  })

  it('cuts off a client that does not read, and the others get everything', async () => {
    await open()
    const [one, two, deaf] = [await welcomed(), await welcomed(), await welcomed()]
    deaf.socket.pause()
    const chunk = 'x'.repeat(MAX_PACKET / 4)
    for (let count = 1; count <= 14; count += 1) {
      send(one, chunk)
      await eventually(() => two.received.length === count + 1, { message: `message ${count}` })
      two.received[count] = ''
      one.received.length = 0
    }
    deaf.socket.resume()
    await eventually(() => deaf.socket.destroyed, { message: 'the end of the deaf one' })
    expect(deaf.received.length).to.be.below(14)
  })
})
