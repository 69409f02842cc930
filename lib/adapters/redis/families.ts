import { has } from '../adapter-options.js'
import { IoredisClient } from './ioredis-client.js'
import { ioredisCluster } from './ioredis-cluster.js'
import { nodeRedisClient } from './node-redis-client.js'
import { nodeRedisCluster } from './node-redis-cluster.js'
import { nodeRedisSentinel } from './node-redis-sentinel.js'
import type { RedisFamily } from './redis-client.js'

/** A kind, and what it is told by: several features, as many objects have one of them. */
interface Known extends RedisFamily {
  is(value: object): boolean
}

const NO_CLUSTER =
  'needs a cluster: `redisOptions: { rootNodes }` without `uri`, or the cluster client of node-redis or ioredis as `redisClient`'

/** Its uncaught exception would end the process. */
const TOO_OLD =
  'does not work with a cluster of node-redis 4, which fails when the channel moves to another node: hand in one of version 5 or later'

/** A cluster and a Sentinel client have all that a client has. */
const FAMILIES: readonly Known[] = [
  {
    is: (value) =>
      isNodeRedis(value) && isArray(value, 'slots', 'masters') && has(value, 'nodeClient', 'duplicate'),
    unsharded: (value) => (has(value, 'destroy') ? undefined : TOO_OLD),
    create: nodeRedisCluster
  },
  {
    is: (value) => isNodeRedis(value) && has(value, 'use', 'acquire', 'getMasterNode', '_execute'),
    unsharded: () => NO_CLUSTER,
    create: nodeRedisSentinel
  },
  {
    is: (value) => isNodeRedis(value) && has(value, 'duplicate') && isBoolean(value, 'isReady'),
    unsharded: () => NO_CLUSTER,
    create: nodeRedisClient
  },
  {
    is: (value) => isIoredis(value) && property(value, 'isCluster') === true && has(value, 'nodes'),
    create: ioredisCluster
  },
  {
    is: (value) => isIoredis(value) && !property(value, 'isCluster') && has(value, 'call'),
    unsharded: () => NO_CLUSTER,
    create: (context, client) => new IoredisClient(context, client)
  }
]

/** What people hand in by mistake, and what to hand in instead. */
const MISTAKES: readonly [is: (value: object) => boolean, mistake: string][] = [
  [
    isLegacy,
    'a client with `legacyMode`, whose commands take callbacks: hand in one that is made without it (its `.v4` is no client)'
  ],
  [
    (value) => has(value, 'execute', 'connect') && 'totalClients' in value,
    'a pool: hand in a client, made with createClient()'
  ],
  [
    (value) => has(value, 'exec') && !has(value, 'connect'),
    'a pipeline or a multi: hand in the client itself'
  ],
  [
    (value) => has(value, 'send_command', 'duplicate'),
    'a client of node-redis 3 or earlier: hand in one of version 4 or later'
  ],
  [
    (value) => has(value, 'publish', 'sendCommand') && !has(value, 'connect'),
    'a part of a client, such as `.v4` or what `legacy()` returns: hand in the client itself'
  ],
  [(value) => typeof (value as { then?: unknown }).then === 'function', 'a promise: await it before']
]

export const EXPECTED_CLIENT =
  'a client of node-redis, version 4 to 6 (made with createClient(), createCluster() or createSentinel()), or of ioredis, ' +
  'version 5 or 6 (a Redis or Cluster)'

/** The kind of a client that was handed in; undefined for anything else. */
export function familyOf(value: unknown): RedisFamily | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return isLegacy(value) ? undefined : FAMILIES.find(({ is }) => is(value))
}

/** Completes "got …", for what is no client that is supported. */
export function gotInstead(value: unknown): string {
  if (typeof value === 'object' && value !== null) return nameOf(value)
  return value === null || typeof value === 'number' ? String(value) : `a ${typeof value}`
}

function nameOf(value: object): string {
  return MISTAKES.find(([is]) => is(value))?.[1] ?? 'an object that is no such client'
}

function isLegacy(value: object): boolean {
  return (property(value, 'options') as { legacyMode?: boolean } | undefined)?.legacyMode === true
}

/** A client, cluster or Sentinel client of node-redis. A client of ioredis has a text as its status instead. */
function isNodeRedis(value: object): boolean {
  return (
    has(value, 'connect', 'sendCommand', 'subscribe', 'on', 'off') &&
    typeof property(value, 'status') !== 'string'
  )
}

function isIoredis(value: object): boolean {
  const methods = ['connect', 'disconnect', 'duplicate', 'subscribe', 'pipeline', 'on', 'off']
  return (
    has(value, ...methods) && typeof property(value, 'status') === 'string' && !!property(value, 'options')
  )
}

function isBoolean(value: object, name: string): boolean {
  return typeof property(value, name) === 'boolean'
}

function isArray(value: object, ...names: string[]): boolean {
  return names.every((name) => Array.isArray(property(value, name)))
}

function property(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name]
}

/** Why a client, or options without one, can't have `sharded`. */
export function shardedProblem(handedIn: unknown, hasRootNodes: boolean): string | undefined {
  const family = familyOf(handedIn)
  if (family) return family.unsharded?.(handedIn as object)
  return hasRootNodes ? undefined : NO_CLUSTER
}
