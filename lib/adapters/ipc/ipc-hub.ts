import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { MAX_PACKET, onPacket, packet } from './ipc-packets.js'

/** Identifies the file at a path: another socket file at the same path has another identity. */
export function fileIdentity(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.ino}:${stats.mtimeNs}` // inode numbers alone are reused at once
}

/** How long the end of a connection may take, in ms; then the socket is destroyed. */
export const LEAVE_TIMEOUT = 800

/** How often a hub checks that its path is still its own, in ms. */
const CHECK_INTERVAL = 500

/** How much may be buffered for a client that doesn't read, in bytes; then it is disconnected. */
const MAX_BACKLOG = 2 * MAX_PACKET

/** An empty packet: the answer to a client's first one, its key. */
const WELCOME = packet(new Uint8Array())

/** Forwards each packet of a client to all clients of the same key, the sender included. One of the processes has it. */
export class IpcHub {
  readonly #server: Server
  readonly #rooms = new Map<string, Set<Socket>>()
  readonly #sockets = new Set<Socket>()
  readonly #path: string
  #identity: string | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosing = false

  private constructor(path: string) {
    this.#path = path
    this.#server = createServer((socket) => this.#welcome(socket))
  }

  /**
   * Becomes the hub at `path`, in place of the dead socket file of the identity `stale`, if any.
   *
   * @returns undefined where another process has been faster
   */
  static async open(path: string, stale: string | undefined): Promise<IpcHub | undefined> {
    const hub = new IpcHub(path)
    return (await hub.#listen(stale)) ? hub : undefined
  }

  /** Frees the path for the next hub, and waits until the clients have read what was sent, for a limited time. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#identity !== undefined && this.#isAtPath()) {
      try {
        rmSync(this.#path, { force: true })
      } catch {
        // the folder can't be written any more: what is left there is a dead socket, and is replaced
      }
    }
    // Ended, not destroyed: a client that sends before it has read everything would lose that by the error.
    this.#isClosing = true
    for (const socket of this.#sockets) socket.end()
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy()
    }, LEAVE_TIMEOUT)
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    clearTimeout(cut)
  }

  async #listen(stale: string | undefined): Promise<boolean> {
    if (process.platform === 'win32') return await this.#bind(this.#path)
    // Bound under a name of its own and then moved: so a path is taken in one step, and the server, which removes the
    // name it was bound to when it closes, can't remove the socket of a successor.
    const folder = privateFolderBeside(this.#path)
    const temporary = join(folder, 's')
    try {
      await this.#bind(temporary)
      chmodSync(temporary, 0o600)
      this.#identity = fileIdentity(temporary)
      const taken = fileIdentity(this.#path) === stale && moveTo(temporary, this.#path, stale)
      if (!taken) {
        this.#server.close()
        return false
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    this.#timer = setInterval(() => this.#stepDownIfReplaced(), CHECK_INTERVAL).unref()
    return true
  }

  /** False where the path is taken. */
  async #bind(path: string): Promise<boolean> {
    return await new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error)
      )
      // Under node:cluster a listening socket is shared by the workers, unless it is exclusive.
      this.#server.listen({ path, exclusive: true }, () => {
        this.#server.on('error', () => {}) // accepting failed: the client tries again
        resolve(true)
      })
    })
  }

  /** Two processes that replace a dead socket at the same moment both believe to be the hub, until this check. */
  #stepDownIfReplaced(): void {
    if (!this.#isAtPath()) void this.close()
  }

  /** True as well while that can't be found out: the folder may have become unreadable. */
  #isAtPath(): boolean {
    try {
      return fileIdentity(this.#path) === this.#identity
    } catch {
      return true
    }
  }

  #welcome(socket: Socket): void {
    let room: Set<Socket> | undefined
    let key = ''
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#sockets.delete(socket)
      room?.delete(socket)
      if (room?.size === 0) this.#rooms.delete(key)
    })
    onPacket(socket, (bytes) => {
      if (this.#isClosing) return // who sent it sends it again to the next hub, as it has not come back
      if (room) return this.#forward(bytes, room)
      key = bytes.toString()
      room = this.#room(key)
      room.add(socket)
      socket.write(WELCOME)
    })
  }

  #room(key: string): Set<Socket> {
    const room = this.#rooms.get(key) ?? new Set()
    this.#rooms.set(key, room)
    return room
  }

  #forward(bytes: Buffer, room: Set<Socket>): void {
    const whole = packet(bytes)
    for (const socket of room) {
      if (socket.writableLength > MAX_BACKLOG) socket.destroy()
      else socket.write(whole)
    }
  }
}

/**
 * A folder for the time in which the socket has the mode that the umask gives it. Its name is short, as paths of sockets are
 * limited, so somebody else can have taken it.
 */
function privateFolderBeside(path: string): string {
  const folder = join(dirname(path), randomBytes(2).toString('hex'))
  try {
    mkdirSync(folder, { mode: 0o700 })
    return folder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return privateFolderBeside(path)
  }
}

/** Gives the file its final name: in place of the dead one, or only where there is none. */
function moveTo(temporary: string, path: string, stale: string | undefined): boolean {
  if (stale !== undefined) {
    renameSync(temporary, path)
    return true
  }
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    renameSync(temporary, path) // a file system without hard links
    return true
  }
  rmSync(temporary)
  return true
}
