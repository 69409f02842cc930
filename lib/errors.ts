/**
 * What went wrong:
 *
 * - `driver`: the broker's driver is not installed; the message says which `npm install` is needed
 * - `auth`: the broker refused the credentials, or the subscription
 * - `options`: an option can't work as it was given; the message says what to change
 * - `connect`: the broker can't be reached, or the connection was lost; further attempts follow
 * - `timeout`: `connectTimeout` has passed; further attempts follow
 * - `publish`: the broker refused a message, or own messages do not come back or do not reach others
 * - `too-large`: an event has more than 64 MiB, or does not get through to the broker; it is not sent
 * - `overflow`: more events wait for the broker than `history` holds; the oldest were dropped
 * - `serialize`, `deserialize`: the serializer threw
 * - `frame`: received bytes that no feathers-sync 4 wrote, or sequence numbers that were not plausible
 * - `secret`: dropped a message that is not sealed with the `secret`, was altered, or is sent again: once for each reason
 * - `unknown`: received an event of a service, or of a name, that this instance doesn't have
 * - `listener`: a listener threw, or an async one rejected, on an event from another instance; or an instrumentation threw
 * - `filter`: the `filter` option threw, or returned a promise or `undefined`; the event was not sent
 * - `closed`: events could not be sent before the close, `ready` was still pending then, or the adapter was used after it
 */
export type SyncErrorKind =
  | 'driver'
  | 'auth'
  | 'options'
  | 'connect'
  | 'timeout'
  | 'publish'
  | 'too-large'
  | 'overflow'
  | 'serialize'
  | 'deserialize'
  | 'frame'
  | 'secret'
  | 'unknown'
  | 'listener'
  | 'filter'
  | 'closed'

/** Any failure after `sync(options)`: `sync-error` listeners are called with it, `ready` may reject with it. */
export class SyncError extends Error {
  override readonly name = 'SyncError'

  constructor(
    readonly kind: SyncErrorKind,
    message: string,
    /** What the driver, the serializer or the listener threw, if anything. */
    override readonly cause?: unknown
  ) {
    super(message)
  }

  /** `error` itself where it is a SyncError, else one of `kind` whose message ends with that of `error`. */
  static from(error: unknown, kind: SyncErrorKind, message: string): SyncError {
    return asSyncError(error, kind, message)
  }
}

/** Not in the class: a class that mentions itself loses its name in a bundle. */
function asSyncError(error: unknown, kind: SyncErrorKind, message: string): SyncError {
  return error instanceof SyncError ? error : new SyncError(kind, `${message}: ${reason(error)}`, error)
}

/** A short reason, also for a value that is no Error, has no message (AggregateError of `net`), or can't be read. */
export function reason(error: unknown): string {
  try {
    if (error instanceof AggregateError && !error.message && error.errors.length > 0) {
      return reason(error.errors[0])
    }
    if (error instanceof Error) {
      return error.message || (error as NodeJS.ErrnoException).code || error.name
    }
    return String(error)
  } catch {
    return typeof error
  }
}
