import { randomUUID } from 'node:crypto'
import type { Broker } from '../support/brokers/broker.js'
import { startNats } from '../support/brokers/nats.js'
import { startRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'
import type { FaultKind } from './plan.js'

export const KINDS = ['redis', 'amqp', 'nats', 'ipc'] as const
export type Kind = (typeof KINDS)[number]

/** Where the processes meet. */
export interface Site {
  readonly kind: Kind
  readonly key: string
  /** What can happen there. */
  readonly faults: readonly FaultKind[]
  /** A way to it for one process. */
  reach(): Promise<{ uri: string; proxy?: TcpProxy }>
  /** SIGKILL, and after `ms` it starts on the same port; resolves when it takes clients. */
  restart(ms: number): Promise<void>
  /** The broker closes its clients' connections; `way`: which, where there are kinds of them. */
  disconnect(way: number): Promise<void>
  stop(): Promise<void>
}

const PROCESSES: FaultKind[] = ['kill', 'stop', 'short', 'deploy']
const NETWORK: FaultKind[] = ['cut', 'stall', 'refuse', 'restart']

export async function openSite(kind: Kind): Promise<Site> {
  const key = `soak-${randomUUID()}`
  if (kind === 'ipc') return embedded(key)
  if (kind === 'redis') {
    const redis = await startRedis()
    const types = ['pubsub', 'normal'] as const
    return at(redis, key, async (way) => {
      await redis.command('CLIENT', 'KILL', 'TYPE', types[Math.floor(way * types.length)] as string)
    })
  }
  if (kind === 'amqp') {
    const rabbit = await startRabbit()
    return at(rabbit, key, () => rabbit.closeConnections())
  }
  return at(await startNats(), key)
}

function at(broker: Broker, key: string, disconnect?: (way: number) => Promise<void>): Site {
  return {
    kind: broker.name,
    key,
    faults: [...PROCESSES, ...NETWORK, ...(disconnect ? (['disconnect'] as const) : [])],
    async reach() {
      const proxy = await startProxy(broker.port)
      const uri = new URL(broker.uri)
      uri.port = `${proxy.port}`
      return { uri: uri.href, proxy }
    },
    async restart(ms) {
      await broker.kill()
      await new Promise((resolve) => setTimeout(resolve, ms))
      await broker.start()
    },
    disconnect: async (way) => await disconnect?.(way),
    stop: () => broker.stop()
  }
}

/** No broker: one of the processes is the hub. */
function embedded(key: string): Site {
  const nothing = async () => {}
  return {
    kind: 'ipc',
    key,
    faults: PROCESSES,
    reach: async () => ({ uri: 'ipc:' }),
    restart: nothing,
    disconnect: nothing,
    stop: nothing
  }
}
