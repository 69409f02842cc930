import createDebug from 'debug'
import { reason, type SyncError } from '../errors.js'
import type { SyncStatus } from './link.js'

const debug = createDebug('feathers-sync')

/** The callbacks of an adapter's owner. What they throw goes no further. */
export interface AdapterHandlers {
  /** Called with each message that is received: own ones too, where the broker echoes. */
  receive(bytes: Uint8Array): void
  /** Called with each error after which the adapter goes on. */
  error(error: SyncError): void
  status(status: SyncStatus): void
}

/** The same handlers, safe to call from a driver's callbacks: what they throw is contained, and `failed` makes an error of it. */
export function contained(
  handlers: AdapterHandlers,
  failed: (failure: unknown) => SyncError
): AdapterHandlers {
  const guarded =
    <Value>(handler: (value: Value) => void, onFailure: (failure: unknown) => void) =>
    (value: Value) => {
      try {
        handler(value)
      } catch (failure) {
        onFailure(failure)
      }
    }
  const log = (failure: unknown) => debug('a handler threw: %s', reason(failure))
  const error = guarded((value: SyncError) => handlers.error(value), log)
  return {
    receive: guarded(
      (bytes: Uint8Array) => handlers.receive(bytes),
      (failure) => error(failed(failure))
    ),
    error,
    status: guarded((value: SyncStatus) => handlers.status(value), log)
  }
}
