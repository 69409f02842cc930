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
  test: (value) => has(value, 'duplicate'),
  expected: 'a node-redis client, which has a duplicate() function'
}

export const redisRules: OptionRules = {
  schemes: ['redis', 'rediss', 'valkey', 'valkeys'],
  checks: { redisClient: client, db: client, redisOptions: object }
}
