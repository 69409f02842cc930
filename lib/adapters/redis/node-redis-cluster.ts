import { channelSlot } from './channel-slot.js'
import { DiscoveringClient, type Search } from './discovering-client.js'
import { type Node, nodeAddress } from './node-address.js'
import { type NodeRedis, type NodeRedisOptions, optionsOf, ownOptions } from './node-redis.js'
import { isNoAnswer, NodeRedisClient } from './node-redis-client.js'
import type { RedisClient, RedisContext } from './redis-client.js'

/** What is used of a cluster of node-redis, version 4 to 6. */
export interface NodeRedisCluster {
  readonly slots: readonly { readonly master: object }[]
  readonly masters: readonly object[]
  connect(): Promise<unknown>
  duplicate(overrides?: object): NodeRedisCluster
  nodeClient(node: object): Promise<NodeRedis> | NodeRedis
  on(event: string, listener: (error: Error) => void): unknown
  destroy?(): void
  disconnect(): Promise<unknown>
}

export interface ClusterOptions {
  rootNodes?: readonly Node[]
  defaults?: NodeRedisOptions
}

/** By a cluster of node-redis that was handed in, which itself is left alone. */
export function nodeRedisCluster(context: RedisContext, handedIn: object): RedisClient {
  const given = handedIn as NodeRedisCluster
  return clusterNode(context, optionsOf<ClusterOptions>(given), (options) => given.duplicate(options))
}

/**
 * By two connections to a node, as each of them gets what is published at any.
 *
 * @param make makes a cluster that leads to it
 */
export function clusterNode(
  context: RedisContext,
  options: ClusterOptions,
  make: (options: ClusterOptions) => NodeRedisCluster
): RedisClient {
  const { rootNodes = [], defaults } = options
  const start = Math.floor(Math.random() * rootNodes.length) // as the driver
  const searches = [...rootNodes.slice(start), ...rootNodes.slice(0, start)].map((node): Search => {
    const limit = defaults?.socket?.connectTimeout
    const find: Search['find'] = (signal, fail) =>
      findNode(context, () => make(clusterOptions({ ...options, rootNodes: [node] }, signal)), fail)
    return { address: nodeAddress(node), limit, find }
  })
  return new DiscoveringClient(searches)
}

async function findNode(
  context: RedisContext,
  make: () => NodeRedisCluster,
  fail: (error: unknown) => void
): Promise<RedisClient> {
  const cluster = make()
  // What it rejects with does not say why.
  let reason: Error | undefined
  for (const event of ['error', 'node-error']) {
    cluster.on(event, (error) => {
      reason ??= error
      if (isNoAnswer(error)) fail(error)
    })
  }
  try {
    await cluster.connect()
    const node = await cluster.nodeClient(nodeFor(cluster, context))
    return NodeRedisClient.like(context, node)
  } catch (error) {
    throw reason ?? error
  } finally {
    if (cluster.destroy) cluster.destroy()
    else await cluster.disconnect()
  }
}

/** The options with our policy. */
function clusterOptions(options: ClusterOptions, signal: AbortSignal): ClusterOptions {
  return {
    ...options,
    ...{ minimizeConnections: true, useReplicas: false },
    defaults: ownOptions(options.defaults, signal)
  }
}

function nodeFor({ slots, masters }: NodeRedisCluster, { key, sharded }: RedisContext): object {
  const node = sharded ? slots[channelSlot(key)]?.master : masters[Math.floor(Math.random() * masters.length)]
  if (!node) throw new Error('CLUSTERDOWN no node of the cluster has the channel')
  return node
}
