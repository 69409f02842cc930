import { type Check, has, type OptionRules, object } from '../adapter-options.js'

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

export const redisRules = {
  schemes: ['redis', 'rediss', 'valkey', 'valkeys'],
  checks: { redisClient: client, db: client, redisOptions: object }
} as const satisfies OptionRules
