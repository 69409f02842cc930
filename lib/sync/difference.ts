import { isDeepStrictEqual } from 'node:util'
import type { ResolvedOptions } from './options.js'

/** Options that are the same only if they are one object. */
const LIVE = new Set<string>(['container', 'redisClient', 'db', 'natsConnection', 'amqpConnection'])

/** The name of an option that is not the same in both. */
export function difference(one: ResolvedOptions, other: ResolvedOptions): string | undefined {
  return Object.keys({ ...one, ...other }).find((name) =>
    LIVE.has(name) ? one[name] !== other[name] : !isDeepStrictEqual(one[name], other[name])
  )
}
