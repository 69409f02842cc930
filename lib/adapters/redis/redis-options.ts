import { type Check, type OptionRules, object } from '../adapter-options.js'
import { serverUriProblem } from '../server-uri.js'
import { EXPECTED_CLIENT, familyOf, gotInstead, shardedProblem } from './families.js'
import { placeProblem } from './place-options.js'
import { topologyProblem } from './topology-options.js'

/** A client of node-redis, version 4 to 6 (also a cluster or Sentinel client), or of ioredis, version 5 or 6 (a `Redis` or `Cluster`). */
export interface RedisClientLike {
  connect(): Promise<unknown>
}

/** What the Redis adapter takes. */
export interface RedisOptions {
  /**
   * A client of yours, connected or not yet; never closed. A client of node-redis publishes, and is duplicated for the subscription; of
   * the others two connections are made that are not theirs.
   */
  redisClient?: RedisClientLike
  /** The same as `redisClient`. */
  db?: RedisClientLike
  /**
   * Options of node-redis: of `createCluster` with `rootNodes`, of `createSentinel` with `sentinelRootNodes` and `name`, else of
   * `createClient`.
   */
  redisOptions?: object
  /**
   * On a cluster: publish within the shard that has `key` (`SPUBLISH`, since Redis 7), and not to all nodes. The same on all
   * instances. Default: false
   */
  sharded?: boolean
}

const LISTS =
  "a cluster is given as `redisOptions: { rootNodes: [{ url: 'redis://host:6379' }] }`, Sentinels as " +
  "`redisOptions: { name: 'mymaster', sentinelRootNodes: [{ host, port }] }`, both without `uri`"

/** Of `createClient`, version 4 to 6, and what feathers-sync 3 documented. */
const NAMES = [
  ...[
    'url',
    'socket',
    'username',
    'password',
    'credentialsProvider',
    'name',
    'database',
    'keyPrefix',
    'readonly'
  ],
  ...['commandsQueueMaxLength', 'disableOfflineQueue', 'pingInterval', 'commandOptions', 'clientSideCache'],
  ...['himportRegistry', 'disableClientInfo', 'clientInfoTag', 'emitInvalidate', 'maintNotifications'],
  ...[
    'maintEndpointType',
    'maintRelaxedCommandTimeout',
    'maintRelaxedSocketTimeout',
    'RESP',
    'modules',
    'scripts'
  ],
  ...['functions', 'unstableResp3', 'isolationPoolOptions', 'legacyMode', 'return_buffers'],
  // of createCluster and createSentinel
  ...[
    'rootNodes',
    'defaults',
    'useReplicas',
    'minimizeConnections',
    'maxCommandRedirections',
    'nodeAddressMap'
  ],
  ...['topologyRefreshOnReconnectionAttemptStrategy', 'sentinelRootNodes', 'nodeClientOptions'],
  ...['sentinelClientOptions', 'maxCommandRediscovers', 'masterPoolSize', 'replicaPoolSize', 'scanInterval'],
  ...['passthroughClientErrorEvents', 'reserveClient']
]

function databaseProblem(uri: string): string | undefined {
  return /^(\/\d*)?$/.test(new URL(uri).pathname) ? undefined : 'has a path that is no number of a database'
}

const client: Check = {
  test: (value) => familyOf(value) !== undefined,
  expected: EXPECTED_CLIENT,
  got: gotInstead
}

/** @throws TypeError for options that don't fit each other */
function check(options: RedisOptions & { uri?: unknown }): void {
  const handedIn = options.redisClient ?? options.db
  const { rootNodes } = (options.redisOptions ?? {}) as { rootNodes?: unknown }
  const sharded = options.sharded ? shardedProblem(handedIn, rootNodes !== undefined) : undefined
  const problem =
    topologyProblem(options, handedIn !== undefined) ??
    placeProblem(options) ??
    (sharded && `\`sharded\` ${sharded}`)
  if (problem) throw new TypeError(`feathers-sync: ${problem}`)
}

export const redisRules = {
  schemes: ['redis', 'rediss', 'valkey', 'valkeys'],
  checks: {
    redisClient: client,
    db: client,
    redisOptions: object,
    sharded: { test: (value: unknown) => typeof value === 'boolean', expected: 'true or false' }
  },
  oneServer: LISTS,
  uriProblem: (uri: string) => serverUriProblem(uri, LISTS) ?? databaseProblem(uri),
  names: { redisOptions: NAMES },
  check
} as const satisfies OptionRules
