import { type Check, has, type OptionRules, object } from '../adapter-options.js'
import { serverUriProblem } from '../server-uri.js'

/** The part of a node-redis client (version 4 or later) that is used. */
export interface RedisClientLike {
  duplicate(options?: object): unknown
}

/** What the Redis adapter takes. */
export interface RedisOptions {
  /** A node-redis client of yours, connected or not yet. Duplicated for the subscription, never closed. */
  redisClient?: RedisClientLike
  /** The same as `redisClient`. */
  db?: RedisClientLike
  /** Options of node-redis's `createClient`. */
  redisOptions?: object
}

const client: Check = {
  // The commands of a `legacyMode` client take callbacks; its `.v4` has the commands and no connection.
  test: (value) =>
    has(value, 'duplicate') && !(value as { options?: { legacyMode?: boolean } }).options?.legacyMode,
  expected:
    'a node-redis client, which has a duplicate() function, made without `legacyMode` (its `.v4` is no client)'
}

const LISTS = 'for a cluster or Sentinel, hand in a client as `redisClient`'

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
  ...['functions', 'unstableResp3', 'isolationPoolOptions', 'legacyMode', 'return_buffers']
]

function databaseProblem(uri: string): string | undefined {
  return /^(\/\d*)?$/.test(new URL(uri).pathname) ? undefined : 'has a path that is no number of a database'
}

export const redisRules = {
  schemes: ['redis', 'rediss', 'valkey', 'valkeys'],
  checks: { redisClient: client, db: client, redisOptions: object },
  oneServer: LISTS,
  uriProblem: (uri: string) => serverUriProblem(uri, LISTS) ?? databaseProblem(uri),
  names: { redisOptions: NAMES }
} as const satisfies OptionRules
