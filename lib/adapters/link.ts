/**
 * `connecting` until the subscription is live for the first time, `reconnecting` while it is lost, `closed`
 * before `connect()` and after `close()`.
 */
export type SyncStatus = 'connecting' | 'ready' | 'reconnecting' | 'closed'

/** What delivery needs from a broker: a SyncAdapter, or a simulated one. */
export interface Link {
  readonly status: SyncStatus
  /** The largest message the broker accepts, in bytes. */
  readonly maxPayload: number
  /** Whether a published message is also delivered to its publisher. */
  readonly echoes: boolean
  /** The broker takes no messages for now, and has said so: own messages can't come back. */
  readonly isBlocked?: boolean
  /** Sends a message to all; resolves when the driver has accepted it. */
  publish(bytes: Uint8Array): Promise<void>
  /** Closes the connection and opens a new one. */
  reconnect(cause: Error): void
}
