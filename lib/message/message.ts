/**
 * One service event, as it travels between instances and as `sync-out` and `sync-in` carry it. `context` is
 * absent where the event was emitted without one.
 */
export interface SyncMessage {
  /** `created`, `updated`, `patched`, `removed`, or a custom event's name. */
  event: string
  /** The path the service is registered under, such as `users/:id/messages`. */
  path: string
  data: unknown
  context?: unknown
}
