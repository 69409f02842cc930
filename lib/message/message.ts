/** One service event, as instances send it to each other, and as `sync-out` and `sync-in` get it. */
export interface SyncMessage {
  /** `created`, `updated`, `patched`, `removed`, or a custom event's name. */
  event: string
  /** The path the service is registered under, such as `users/:id/messages`. */
  path: string
  data: unknown
  /** Absent if the event was emitted without one. */
  context?: unknown
}
