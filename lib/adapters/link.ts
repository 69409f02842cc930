import type { SyncStatus } from './sync-adapter.js'

/** What delivery asks of a broker: a SyncAdapter, or a simulated one. */
export interface Link {
  readonly status: SyncStatus
  /** The largest message the broker takes, in bytes. */
  readonly maxPayload: number
  /** Does what is published come back to the publisher? */
  readonly echoes: boolean
  /** Sends a message to all; resolves when the driver has taken it. */
  publish(bytes: Uint8Array): Promise<void>
  /** Closes the connection and makes a new one. */
  reconnect(cause: Error): void
}
