import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { reason } from '../../errors.js'

/** How many bytes a socket's path may have on every system (macOS takes 103), less what the hub appends to it. */
const MAX_LENGTH = 98

const EXAMPLE = 'name a socket with ipc:///path/to.sock'

/**
 * Where the socket is: the path of `ipc:///path/to.sock`, or one derived from the user and `key` in a folder of
 * /tmp that only the user can read. A named pipe on Windows.
 *
 * @param common where the user's folder is
 * @throws Error where the path can't be a socket's, or the folder or what is at the path is not the user's own
 */
export function socketPath(uri: string | undefined, key: string, common = commonFolder()): string {
  const given = givenPath(uri ?? 'ipc:')
  if (process.platform === 'win32') {
    const text = `${userInfo().username}\n${given || `\n${key}`}`
    return `\\\\.\\pipe\\feathers-sync-${hash(text)}`
  }
  const path = given || join(privateFolder(common), `${hash(key)}.sock`)
  const length = Buffer.byteLength(path)
  if (length > MAX_LENGTH) {
    throw new Error(
      `the path ${path} has ${length} bytes, a socket's may have ${MAX_LENGTH}: ${EXAMPLE}, shorter`
    )
  }
  expectOwnSocket(path)
  if (given) expectSafeFolder(path)
  return path
}

/** What is wrong with a URI, if something is; completes "the `uri` option …". */
export function pathProblem(uri: string): string | undefined {
  try {
    givenPath(uri)
    return undefined
  } catch (error) {
    return `can't be used: ${reason(error)}`
  }
}

/** The path that the URI names, decoded; empty where it names none. */
function givenPath(uri: string): string {
  const { host, pathname } = new URL(uri)
  if (host) throw new Error(`${host} would be a host, and a socket has none: ${EXAMPLE}, three slashes`)
  const path = decodePath(pathname)
  if (path && !/^\/.*[^/]$/.test(path))
    throw new Error(`${path} is not the absolute path of a file: ${EXAMPLE}`)
  return path
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new Error(`${path} is not percent-encoded correctly: % itself is written %25`)
  }
}

/** A socket's path is short: keys can be longer. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The same for all processes of a machine: `TMPDIR` may differ between a service, a shell and a cron job. */
function commonFolder(): string {
  return existsSync('/tmp') ? '/tmp' : tmpdir()
}

function privateFolder(common: string): string {
  const uid = process.getuid?.() // not userInfo(), which throws for a user without a name
  const folder = join(common, `feathers-sync-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stats = lstatSync(folder)
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0) {
    throw new Error(
      `the folder ${folder} has to be a directory of the user ${uid} with mode 700: remove it, or ${EXAMPLE}`
    )
  }
  return folder
}

/** Who may write the folder can put a hub of his own in the place of ours. In a folder such as /tmp nobody can: it is sticky. */
function expectSafeFolder(path: string): void {
  const folder = dirname(path)
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (!stats) return // connecting says so
  const isOwn = stats.uid === process.getuid?.() || stats.uid === 0
  if (isOwn && ((stats.mode & 0o022) === 0 || (stats.mode & 0o1000) !== 0)) return
  throw new Error(
    `other users may write the folder ${folder}, and could read and forge events: chmod go-w ${folder}, or ${EXAMPLE}, elsewhere`
  )
}

/** What is there is talked to or, when dead, replaced: never another user's, nor a file that is no socket. */
function expectOwnSocket(path: string): void {
  const uid = process.getuid?.()
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats || (stats.isSocket() && stats.uid === uid)) return
  throw new Error(
    `${path} exists and is not a socket of the user ${uid}: remove it, or ${EXAMPLE}, elsewhere`
  )
}
