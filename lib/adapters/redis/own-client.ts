import { SyncError } from '../../errors.js'
import { loadDriver } from '../driver.js'
import { type CredentialsProvider, watchedProvider } from './credentials-provider.js'
import { type NodeRedis, reconnectStrategy } from './node-redis.js'
import { NodeRedisClient } from './node-redis-client.js'
import {
  type ClusterOptions,
  clusterNode,
  clusterOptions,
  type NodeRedisCluster
} from './node-redis-cluster.js'
import {
  type NodeRedisSentinel,
  type SentinelOptions,
  sentinelOptions,
  sentinelPrimary
} from './node-redis-sentinel.js'
import type { RedisClient, RedisContext } from './redis-client.js'

const NO_SENTINEL =
  '`redisOptions.sentinelRootNodes` needs version 5 or later of the redis package, and an older one is installed: npm install redis'

/** Of `redisOptions`, what is used here. */
interface GivenOptions extends ClusterOptions, SentinelOptions {
  rootNodes?: unknown
  sentinelRootNodes?: unknown
  socket?: object
  credentialsProvider?: CredentialsProvider
}

/**
 * A client by options: of a cluster (`rootNodes`), by Sentinels (`sentinelRootNodes`), or of one server.
 *
 * @param RESP the version of the protocol, where it is not the driver's choice
 */
export async function ownClient(
  context: RedisContext,
  { uri, redisOptions = {} }: { uri?: string | undefined; redisOptions?: object | undefined },
  RESP: 2 | undefined
): Promise<RedisClient> {
  const driver = await loadDriver('redis', () => import('redis'))
  const given: GivenOptions = { ...redisOptions, ...(RESP && { RESP }) } as object
  if (given.rootNodes) {
    const options = clusterOptions(given) as Parameters<typeof driver.createCluster>[0]
    return clusterNode(context, () => driver.createCluster(options) as unknown as NodeRedisCluster)
  }
  if (given.sentinelRootNodes) {
    if (!('createSentinel' in driver)) throw new SyncError('options', `feathers-sync: ${NO_SENTINEL}`)
    const options = sentinelOptions(given) as Parameters<typeof driver.createSentinel>[0]
    return sentinelPrimary(context, () => driver.createSentinel(options) as unknown as NodeRedisSentinel)
  }
  const { socket, ...options } = given
  const { credentialsProvider: provider } = options
  if (provider) options.credentialsProvider = watchedProvider(provider, context.hide)
  const url = uri?.replace(/^valkey/i, 'redis') // the driver knows no valkey:
  const all = { url, ...options, disableOfflineQueue: true, socket: { reconnectStrategy, ...socket } }
  const client = driver.createClient(all as Parameters<typeof driver.createClient>[0])
  return new NodeRedisClient(context, client as unknown as NodeRedis, false)
}
