/** What a client tells the adapter, and what it has to know. */
export interface RedisContext {
  /** The channel. */
  readonly key: string
  /** Whether the channel belongs to one shard of a cluster: `SPUBLISH` and `SSUBSCRIBE`. */
  readonly sharded: boolean
  /** Whether the connection of a client that was handed in can't be used: it leads to a server that has become a replica. */
  readonly apart: boolean
  /** The connection is lost, and the driver restores it. */
  away(cause: unknown): void
  /** The driver has restored the connection and the subscription. */
  back(): void
  /** The connection is lost for good: this client is to be closed, and another one to be opened. */
  lost(cause: unknown): void
  /** Takes the options of a driver, which may hold credentials. */
  hide(options: object): void
}

/** Publishes and subscribes, over connections of one driver. Opened once, closed once. */
export interface RedisClient {
  /**
   * Connects and subscribes.
   *
   * @returns resolves when the subscription is live
   * @throws what the server or the driver said
   */
  open(receive: (bytes: Uint8Array) => void): Promise<void>
  /** Resolves when the server has taken the message; rejects at once while the connection is lost. */
  publish(message: Buffer): Promise<void>
  /** Sends another command to the server that gets the messages. */
  command(...words: string[]): Promise<unknown>
  /** Closes what `open()` has opened, in every state. What the user handed in stays as it was. */
  close(): Promise<void>
}

/** A kind of client, as a driver makes it. */
export interface RedisFamily {
  /** Why `sharded` can't be had; completes "`sharded` …". */
  unsharded?(handedIn: object): string | undefined
  create(context: RedisContext, handedIn: object): RedisClient
}

export function publishCommand({ key, sharded }: RedisContext, message: Buffer): [string, string, Buffer] {
  return [sharded ? 'SPUBLISH' : 'PUBLISH', key, message]
}

/** Settles as the server's answer to a message does. Where no message can be sent over this connection any more, it is lost. */
export function answered({ lost }: RedisContext, answer: Promise<unknown>): Promise<void> {
  return answer.then(ignore, (error: unknown) => {
    if (isElsewhere(error) || isSubscribed(error)) lost(error)
    throw error
  })
}

/** A lost event may be heard only after `close()`: it must not end the process. */
export const ignore = () => {}

/** Does an answer say that another server is in charge now? */
function isElsewhere(error: unknown): boolean {
  return /^(MOVED|ASK|CLUSTERDOWN|MASTERDOWN|READONLY|LOADING) /.test((error as Error)?.message ?? '')
}

/** The connection is subscribed, and takes no other command: over RESP 2, or by what node-redis 4 believes. */
export function isSubscribed(error: unknown): boolean {
  return /only \(P\|S\)SUBSCRIBE|in PubSub mode/i.test((error as Error)?.message ?? '')
}
