import { channelSlot } from '../../../lib/adapters/redis/channel-slot.js'
import { eventually } from '../eventually.js'
import { type RedisBroker, startRedis } from './redis.js'

const ARGS = [
  ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'],
  ...['--cluster-replica-validity-factor', '0', '--cluster-allow-replica-migration', 'no']
]
const SLOTS = 16_384

/** A Redis Cluster of three masters, each with one replica. */
export class RedisCluster {
  constructor(
    /** The masters of the start, then their replicas in the same order. */
    readonly nodes: readonly RedisBroker[]
  ) {}

  get masters(): readonly RedisBroker[] {
    return this.nodes.slice(0, 3)
  }

  get rootNodes(): { url: string }[] {
    return this.nodes.map(({ uri }) => ({ url: uri }))
  }

  get startupNodes(): { host: string; port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /** How many clients have subscribed to a channel, at all nodes. */
  async subscriptions(channel: string, command = 'NUMSUB'): Promise<number> {
    const replies = await Promise.all(this.nodes.map((node) => node.command('PUBSUB', command, channel)))
    return replies.reduce((sum, reply) => sum + Number(/:(\d+)\r\n$/.exec(reply)?.[1]), 0)
  }

  /** Resolves when each node sees a complete cluster, and each replica follows its master. */
  async settled(): Promise<void> {
    for (const node of this.nodes) {
      await eventually(async () => (await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
        message: 'the cluster'
      })
    }
  }

  /** Gives the slot of a channel to another master; resolves when all nodes know. */
  async move(channel: string): Promise<void> {
    const { masters, nodes } = this
    const answers = (node: RedisBroker) => node.command('GET', channel).catch(String)
    const owns = await Promise.all(masters.map(async (node) => !(await answers(node)).includes('MOVED')))
    const owner = masters[owns.indexOf(true)] as RedisBroker
    const next = masters[(owns.indexOf(true) + 1) % masters.length] as RedisBroker
    const slot = `${channelSlot(channel)}`
    for (const node of [next, owner]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', await idOf(next))
    await next.command('CLUSTER', 'BUMPEPOCH')
    for (const node of nodes) {
      const knows = async () => node === next || (await answers(node)).includes(`:${next.port}`)
      await eventually(knows, { message: 'the slot to move' })
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()))
  }
}

async function idOf(node: RedisBroker): Promise<string> {
  return /\n(\w{40})/.exec(await node.command('CLUSTER', 'MYID'))?.[1] ?? ''
}

/** Nodes whose cluster bus has a port of its own: the default one, 10,000 above, may be taken or too high. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: 6 }, () => startRedis({ args: ARGS })))
  const cluster = new RedisCluster(nodes)
  const [first] = nodes as [RedisBroker]
  for (const [index, node] of cluster.masters.entries()) {
    const [from, to] = [Math.ceil((SLOTS / 3) * index), Math.ceil((SLOTS / 3) * (index + 1)) - 1]
    await node.command('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
  }
  for (const node of nodes.slice(1)) await node.command('CLUSTER', 'MEET', '127.0.0.1', `${first.port}`)
  for (const [index, node] of nodes.slice(3).entries()) {
    const master = await idOf(nodes[index] as RedisBroker)
    await eventually(async () => (await node.command('CLUSTER', 'NODES')).includes(master), {
      message: 'the nodes to meet'
    })
    await node.command('CLUSTER', 'REPLICATE', master)
  }
  await cluster.settled()
  for (const node of nodes.slice(3)) {
    await eventually(
      async () => (await node.command('INFO', 'replication')).includes('master_link_status:up'),
      {
        message: 'the replicas to follow'
      }
    )
  }
  return cluster
}
