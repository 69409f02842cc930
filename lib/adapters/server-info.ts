/** What a broker says of itself, as far as it can be asked and the user may ask. */
export interface ServerInfo {
  /** `Redis`, `Valkey`, `RabbitMQ`, `NATS`, … */
  readonly product: string
  readonly version?: string | undefined
  /** More for people to know, such as `cluster` or `up for 3 days`. */
  readonly notes: readonly string[]
  /** How far its clock is ahead of ours, in ms, and by how much that may be wrong. Not known where it does not tell the time. */
  readonly clock?: { readonly ahead: number; readonly error: number } | undefined
  /** What `maxPayload` of the adapter rests on, where that is not the broker's word. */
  readonly limit?: string | undefined
}
