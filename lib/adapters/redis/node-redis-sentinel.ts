import type { EventEmitter } from 'node:events'
import { DiscoveringClient, type Search } from './discovering-client.js'
import { type Node, nodeAddress } from './node-address.js'
import { type NodeRedis, type NodeRedisOptions, ownOptions } from './node-redis.js'
import { isNoAnswer, NodeRedisClient } from './node-redis-client.js'
import { ignore, type RedisClient, type RedisContext } from './redis-client.js'
import { ANSWER_TIMEOUT } from './silence.js'

/** What is used of a Sentinel client of node-redis, version 5 and 6. */
export interface NodeRedisSentinel extends EventEmitter {
  readonly isOpen: boolean
  connect(): Promise<unknown>
  /** Is not documented; nothing else leads to the client of the primary. */
  _execute<Result>(isReadonly: false, use: (client: NodeRedis) => Promise<Result>): Promise<Result>
  destroy(): Promise<void> | void
}

export interface SentinelOptions {
  sentinelRootNodes?: readonly Node[]
  sentinelClientOptions?: NodeRedisOptions
  nodeClientOptions?: NodeRedisOptions
}

/** How long the Sentinel may take to answer, and then the primary, in ms. */
const STEP_TIMEOUT = ANSWER_TIMEOUT / 2

/**
 * By a Sentinel client that was handed in: it leads to the primary, and follows it. It can't be duplicated in version 5, so it has to be
 * connected, by its owner or here.
 */
export function nodeRedisSentinel(context: RedisContext, handedIn: object): RedisClient {
  const sentinel = handedIn as NodeRedisSentinel
  const find = async (signal: AbortSignal) => {
    if (!sentinel.isOpen) await new Promise((resolve) => setImmediate(resolve))
    // It goes on trying, and says why in no other way.
    const onError = (error: unknown) => context.away(causeOf(error))
    sentinel.on('error', onError)
    signal.addEventListener('abort', () => sentinel.off('error', onError))
    try {
      if (!sentinel.isOpen) {
        sentinel.off('error', ignore).on('error', ignore)
        await sentinel.connect()
      }
      return await atPrimary(context, sentinel)
    } finally {
      sentinel.off('error', onError)
    }
  }
  return new DiscoveringClient([{ address: 'redisClient', isOwners: true, find }])
}

/** By two connections to the primary; `make` makes a Sentinel client that leads to it. */
export function sentinelPrimary(
  context: RedisContext,
  options: SentinelOptions,
  make: (options: SentinelOptions) => NodeRedisSentinel
): RedisClient {
  const { sentinelRootNodes = [], sentinelClientOptions, nodeClientOptions } = options
  const searches = sentinelRootNodes.map((node): Search => {
    const [first = STEP_TIMEOUT, second = STEP_TIMEOUT] = [sentinelClientOptions, nodeClientOptions].map(
      (given) => given?.socket?.connectTimeout
    )
    const find: Search['find'] = (signal, fail) =>
      findPrimary(
        context,
        () => make(sentinelOptions({ ...options, sentinelRootNodes: [node] }, signal)),
        fail
      )
    return { address: nodeAddress(node), limit: first + second, find }
  })
  return new DiscoveringClient(searches)
}

async function findPrimary(
  context: RedisContext,
  make: () => NodeRedisSentinel,
  fail: (error: unknown) => void
): Promise<RedisClient> {
  const sentinel = make()
  let reason: unknown
  for (const event of ['error', 'client-error']) {
    sentinel.on(event, (error) => {
      const cause = causeOf(error)
      reason ??= cause
      if (isNoAnswer(cause)) fail(cause)
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
}

/** Of an event of the driver: an error, a text that begins with the place, or an object with an error. */
function causeOf(event: unknown): unknown {
  if (typeof event === 'string') return new Error(event.replace(/^obseve client error: (Error: )?/, ''))
  return event instanceof Error ? event : (event as { error?: Error }).error
}

/** The options with our policy. The base class tries again: the driver would not end before it has succeeded. */
function sentinelOptions(options: SentinelOptions, signal: AbortSignal): SentinelOptions {
  return {
    ...options,
    ...{
      masterPoolSize: 1,
      replicaPoolSize: 0,
      reserveClient: false,
      scanInterval: 0,
      maxCommandRediscovers: 0
    },
    sentinelClientOptions: {
      ...options.sentinelClientOptions,
      socket: { ...options.sentinelClientOptions?.socket, signal }
    },
    nodeClientOptions: ownOptions(options.nodeClientOptions, signal)
  }
}

async function atPrimary(context: RedisContext, sentinel: NodeRedisSentinel): Promise<RedisClient> {
  return await sentinel._execute(false, async (client) => NodeRedisClient.like(context, client))
}
