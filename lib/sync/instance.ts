import { hostname } from 'node:os'
import { LIBRARY } from '../adapters/library.js'
import { encodeInstance } from '../delivery/wire/instance.js'

/**
 * Who this instance is, as the others see it in `app.sync.stats().peers`.
 *
 * @param name the `name` option
 * @returns nothing for `false`
 */
export function introduction(name: string | false | undefined): Uint8Array | undefined {
  if (name === false) return undefined
  return encodeInstance({ host: host(), pid: process.pid, version: LIBRARY.version, name })
}

function host(): string | undefined {
  try {
    return hostname()
  } catch {
    return undefined // a sandbox may refuse it
  }
}
