import { setTimeout as delay } from 'node:timers/promises'
import type { AdapterHandlers } from '../adapters/adapter-handlers.js'
import type { SyncAdapter } from '../adapters/sync-adapter.js'
import { SyncError } from '../errors.js'
import type { Place } from './place.js'

/** How long the hub of `ipc:` may be in change, in ms: the next one is there at once. */
const HUB_CHANGE = 1000

/** A command has an end: it does not go on trying. */
export function lateText({ uri, options }: Place, timeout: number): string {
  return `feathers-sync: the ${options.adapter} adapter at ${uri} has not connected within ${timeout} ms: is there a server that answers?`
}

export interface ConnectOptions {
  /** How long it may take, in ms. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/**
 * Connects, or fails with the first error: an application would go on trying, a command says what is wrong.
 *
 * @throws SyncError with the library's own text
 */
export async function connect(
  place: Place,
  handlers: AdapterHandlers,
  { timeout, signal }: ConnectOptions
): Promise<SyncAdapter> {
  const adapter = place.adapter()
  const startedAt = performance.now()
  const patience = place.options.adapter === 'ipc' ? HUB_CHANGE : 0
  const over = new AbortController()
  let fail: ((error: unknown) => void) | undefined
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  const late = delay(timeout, undefined, { signal: AbortSignal.any([signal, over.signal]) }).then(() => {
    throw new SyncError('timeout', lateText(place, timeout))
  })
  const connected = adapter.connect({
    ...handlers,
    error: (error) => {
      if (!fail) handlers.error(error)
      else if (performance.now() - startedAt >= patience) fail(error)
    }
  })
  try {
    await Promise.race([connected, failed, late])
    return adapter
  } catch (error) {
    await adapter.close()
    throw error
  } finally {
    fail = undefined
    over.abort()
    for (const promise of [connected, failed, late]) promise.catch(() => {})
  }
}
