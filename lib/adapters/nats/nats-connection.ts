/** What is used of a connection of `nats` 2 or `@nats-io/transport-node` 3: both have it. */
export interface NatsConnectionLike {
  /** What the server has said of itself; none while the connection is lost. */
  readonly info?: NatsServerInfo | undefined
  publish(subject: string, payload?: Uint8Array): void
  subscribe(subject: string, options?: { callback?: NatsCallback }): NatsSubscriptionLike
  flush(): Promise<void>
  isClosed(): boolean
  isDraining(): boolean
  /** Resolves when it is closed for good, with the error that closed it. */
  closed(): Promise<unknown>
  close(): Promise<void>
  status(): AsyncIterable<NatsStatus>
}

export interface NatsServerInfo {
  readonly max_payload: number
  readonly version?: string
  readonly server_name?: string
  readonly cluster?: string
  readonly jetstream?: boolean
  /** Addresses of the servers of its cluster. */
  readonly connect_urls?: readonly string[]
  readonly tls_required?: boolean
  readonly tls_available?: boolean
}

export interface NatsSubscriptionLike {
  unsubscribe(): void
  /** Resolves when it has ended, whoever ended it. */
  readonly closed: Promise<unknown>
}

export type NatsCallback = (error: Error | null, message: { readonly data: Uint8Array }) => void

interface Permission {
  readonly operation: string
  readonly subject: string
}

/** An event of a connection. */
export interface NatsStatus {
  readonly type: string
  /** Of `nats` 2. */
  readonly permissionContext?: Permission
  /** Of `@nats-io/transport-node` 3: has what `permissionContext` has, where a permission is refused. */
  readonly error?: Error
}

/** What is used of the module of a driver. */
export interface NatsDriver {
  connect(options: object): Promise<NatsConnectionLike>
}

/** The subject that the server did not let the user publish to, if the event tells of that. */
export function refusedSubject({ permissionContext, error }: NatsStatus): string | undefined {
  const { operation, subject } = permissionContext ?? ((error ?? {}) as Partial<Permission>)
  return operation === 'publish' ? subject : undefined
}
