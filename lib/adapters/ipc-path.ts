import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * Where the socket is: the path of `ipc:///path/to.sock`, or one derived from the user and `key` in a folder of
 * the temporary directory that only the user can read. A named pipe on Windows.
 *
 * @throws Error where that folder is not the user's own
 */
export function socketPath(uri: string | undefined, key: string): string {
  const path = decodeURIComponent(new URL(uri ?? 'ipc:').pathname)
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\feathers-sync-${hash(`${userInfo().username}\n${path}\n${path ? '' : key}`)}`
  }
  return path || join(privateFolder(), `${hash(key)}.sock`)
}

/** A socket's path has at most about 100 bytes: keys can be longer. */
function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function privateFolder(): string {
  const uid = userInfo().uid
  const folder = join(tmpdir(), `feathers-sync-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stats = lstatSync(folder)
  if (!stats.isDirectory() || stats.uid !== uid || (stats.mode & 0o077) !== 0) {
    throw new Error(
      `the folder ${folder} has to be a directory of the user ${uid} with mode 700: remove it, or name a socket ` +
        'elsewhere with ipc:///path/to.sock'
    )
  }
  return folder
}
