import type { EventEmitter } from 'node:events'
import { channelSlot } from './channel-slot.js'
import { DiscoveringClient } from './discovering-client.js'
import { disconnect, type Ioredis, IoredisClient } from './ioredis-client.js'
import { ignore, type RedisClient, type RedisContext } from './redis-client.js'
import { ANSWER_TIMEOUT } from './silence.js'

/** What is used of a `Cluster` of ioredis, version 5 and 6. */
interface IoredisCluster extends EventEmitter {
  readonly status: string
  readonly startupNodes?: readonly unknown[]
  /** Addresses by slot, the master's first. */
  readonly slots: readonly (readonly string[])[]
  connect(): Promise<void>
  duplicate(startupNodes: object[], overrides: object): IoredisCluster
  nodes(role: 'master'): Ioredis[]
  disconnect(): void
}

const OWN_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  clusterRetryStrategy: null,
  /** It is for keys, and would be asked for ever. */
  enableReadyCheck: false,
  slotsRefreshInterval: undefined,
  shardedSubscribers: false
}

/** By a `Cluster` of ioredis: over two connections to one of its nodes, as each of them gets what is published at any. */
export function ioredisCluster(context: RedisContext, handedIn: object): RedisClient {
  const given = handedIn as IoredisCluster
  const limit = ANSWER_TIMEOUT * (given.startupNodes?.length ?? 1) // which the driver tries itself
  return new DiscoveringClient([{ address: 'redisClient', limit, find: () => findNode(context, given) }])
}

async function findNode(context: RedisContext, given: IoredisCluster): Promise<RedisClient> {
  const cluster = given.duplicate([], OWN_OPTIONS)
  let reason: Error | undefined
  for (const event of ['error', 'node error']) {
    cluster.on(event, (error: Error & { lastNodeError?: Error }) => {
      reason ??= error.lastNodeError ?? error
    })
  }
  try {
    const ended = new Promise<never>((_resolve, reject) => {
      cluster.once('end', () => reject(new Error('the connection is lost')))
    })
    ended.catch(ignore)
    await Promise.race([cluster.connect(), ended]) // which may never settle
    return new IoredisClient(context, nodeFor(cluster, context))
  } catch (error) {
    throw reason ?? error
  } finally {
    await disconnect(cluster)
  }
}

function nodeFor(cluster: IoredisCluster, { key, sharded }: RedisContext): Ioredis {
  const masters = cluster.nodes('master')
  const [address] = cluster.slots[channelSlot(key)] ?? []
  const node = sharded
    ? masters.find(({ options }) => `${options.host}:${options.port}` === address)
    : masters[Math.floor(Math.random() * masters.length)]
  if (!node) throw new Error('CLUSTERDOWN no node of the cluster has the channel')
  return node
}
