import type { EventEmitter } from 'node:events'
import { DiscoveringClient } from './discovering-client.js'
import { type NodeRedis, type NodeRedisOptions, ownOptions } from './node-redis.js'
import { NodeRedisClient } from './node-redis-client.js'
import { ignore, type RedisClient, type RedisContext } from './redis-client.js'

/** What is used of a Sentinel client of node-redis, version 5 and 6. */
export interface NodeRedisSentinel extends EventEmitter {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  /** Is not documented; nothing else leads to the client of the primary. */
  _execute(isReadonly: false, use: (client: NodeRedis) => Promise<NodeRedis>): Promise<NodeRedis>
  destroy(): Promise<void> | void
}

export interface SentinelOptions {
  nodeClientOptions?: NodeRedisOptions
}

/**
 * By a Sentinel client that was handed in: it leads to the primary, and follows it. It can't be duplicated in version 5, so it has to be
 * connected, by its owner or here.
 */
export function nodeRedisSentinel(context: RedisContext, handedIn: object): RedisClient {
  const sentinel = handedIn as NodeRedisSentinel
  return new DiscoveringClient(async () => {
    if (!sentinel.isOpen) await new Promise((resolve) => setImmediate(resolve))
    if (!sentinel.isOpen) {
      sentinel.off('error', ignore).on('error', ignore) // it goes on trying
      await sentinel.connect()
    }
    return atPrimary(context, sentinel)
  })
}

/** By two connections to the primary; `make` makes a Sentinel client that leads to it. */
export function sentinelPrimary(context: RedisContext, make: () => NodeRedisSentinel): RedisClient {
  return new DiscoveringClient(async () => {
    const sentinel = make()
    let reason: unknown
    for (const event of ['error', 'client-error']) {
      sentinel.on(event, (error) => {
        reason ??= error instanceof Error ? error : (error as { error?: Error }).error
      })
    }
    try {
      await sentinel.connect()
      return await atPrimary(context, sentinel)
    } catch (error) {
      throw reason ?? error
    } finally {
      await sentinel.destroy()
    }
  })
}

/** The options with our policy. The base class tries again: the driver would not end before it has succeeded. */
export function sentinelOptions(options: SentinelOptions): SentinelOptions {
  return {
    ...options,
    ...{
      masterPoolSize: 1,
      replicaPoolSize: 0,
      reserveClient: false,
      scanInterval: 0,
      maxCommandRediscovers: 0
    },
    nodeClientOptions: ownOptions(options.nodeClientOptions)
  }
}

async function atPrimary(context: RedisContext, sentinel: NodeRedisSentinel): Promise<RedisClient> {
  const primary = await sentinel._execute(false, async (client) => {
    const { socket = {} } = client.options ?? {}
    return client.duplicate(ownOptions({ socket })).on('error', ignore)
  })
  return new NodeRedisClient(context, primary, false)
}
