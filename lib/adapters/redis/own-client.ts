import { SyncError } from '../../errors.js'
import { loadDriver } from '../driver.js'
import { type CredentialsProvider, watchedProvider } from './credentials-provider.js'
import { type NodeRedis, reconnectStrategy } from './node-redis.js'
import { NodeRedisClient } from './node-redis-client.js'
import { type ClusterOptions, clusterNode, type NodeRedisCluster } from './node-redis-cluster.js'
import { type NodeRedisSentinel, type SentinelOptions, sentinelPrimary } from './node-redis-sentinel.js'
import type { RedisClient, RedisContext } from './redis-client.js'

type Driver = typeof import('redis')
type ClientOptions = Parameters<Driver['createClient']>[0]

const NO_SENTINEL =
  '`redisOptions.sentinelRootNodes` needs version 5 or later of the redis package, and an older one is installed: npm install redis'

/** Of `redisOptions`, what is used here. */
interface GivenOptions extends ClusterOptions, SentinelOptions {
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
    type Options = Parameters<typeof driver.createCluster>[0]
    const make = (options: ClusterOptions) =>
      driver.createCluster(options as Options) as unknown as NodeRedisCluster
    return clusterNode(context, given, make)
  }
  if (given.sentinelRootNodes) {
    if (!('createSentinel' in driver)) throw new SyncError('options', `feathers-sync: ${NO_SENTINEL}`)
    type Options = Parameters<typeof driver.createSentinel>[0]
    const make = (options: SentinelOptions) =>
      driver.createSentinel(options as Options) as unknown as NodeRedisSentinel
    return sentinelPrimary(context, given, make)
  }
  const { socket, ...options } = given
  const { credentialsProvider: provider } = options
  if (provider) options.credentialsProvider = watchedProvider(provider, context.hide)
  const url = uri?.replace(/^valkey/i, 'redis') // the driver knows no valkey:
  const all = { url, ...options, disableOfflineQueue: true }
  return NodeRedisClient.own(context, (signal) => {
    const given = { ...all, socket: { reconnectStrategy, ...socket, signal } }
    return clientOf(driver, given as ClientOptions)
  })
}

/** `createClient()` adds methods for all commands, which takes 12 MB of memory. The bare class is exported since version 6. */
function clientOf(driver: Driver, options: ClientOptions): NodeRedis {
  const { RedisClient }: Partial<Driver> = driver
  return (RedisClient ? new RedisClient(options) : driver.createClient(options)) as unknown as NodeRedis
}
