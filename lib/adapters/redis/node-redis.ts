import type { EventEmitter } from 'node:events'

/** What is used of a client of node-redis, version 4 to 6. */
export interface NodeRedis extends EventEmitter {
  readonly isOpen: boolean
  readonly isReady: boolean
  readonly options?: NodeRedisOptions
  connect(): Promise<unknown>
  duplicate(overrides?: object): NodeRedis
  sendCommand(args: (string | Buffer)[], options?: object): Promise<unknown>
  subscribe(channel: string, listener: (message: Buffer) => void, bufferMode: true): Promise<void>
  sSubscribe(channel: string, listener: (message: Buffer) => void, bufferMode: true): Promise<void>
  /** Since version 5. */
  destroy?(): void
  /** Until version 4. */
  disconnect?(): Promise<void>
}

export interface NodeRedisOptions {
  socket?: { readonly connectTimeout?: number; readonly signal?: AbortSignal }
}

/** The base class connects again: the driver does so at once after a connection that was ready, however often. */
export const reconnectStrategy = () => new Error('the connection is lost')

/**
 * The options with our policy: waiting events are queued by the sender, not by the driver.
 *
 * @param signal destroys the sockets, those that begin with TLS as well
 */
export function ownOptions(options: NodeRedisOptions = {}, signal?: AbortSignal): object {
  return { ...options, disableOfflineQueue: true, socket: { ...options.socket, reconnectStrategy, signal } }
}

/** The options that a cluster or Sentinel was made with, which the driver keeps private: its `duplicate()` hands them to its class. */
export function optionsOf<Options extends object>(client: { duplicate(): unknown }): Partial<Options> {
  let options: Partial<Options> = {}
  const prototype: unknown = Object.getPrototypeOf(client)
  function Duplicate(given: Options) {
    options = given
  }
  Object.setPrototypeOf(client, Object.create(prototype as object, { constructor: { value: Duplicate } }))
  try {
    client.duplicate()
  } finally {
    Object.setPrototypeOf(client, prototype as object)
  }
  return options
}
