import type { SyncOptions } from '../../lib/index.js'
import type { Broker } from '../support/brokers/broker.js'
import { startNats } from '../support/brokers/nats.js'
import { sharedRabbit } from '../support/brokers/rabbitmq.js'
import { startRedis } from '../support/brokers/redis.js'
import { startProxy, type TcpProxy } from '../support/proxy.js'
import { Fleet } from './fleet.js'
import type { RemoteInstance } from './remote-instance.js'

/** What a fleet meets at. */
export interface Meeting {
  readonly name: string
  readonly uri: string
  stop(): Promise<void>
}

/** The brokers, each with what starts it. */
export const BROKERS: Record<string, () => Promise<Broker>> = {
  redis: () => startRedis(),
  nats: () => startNats(),
  amqp: sharedRabbit
}

/** No broker: the first instance is the hub. */
export const EMBEDDED = {
  ipc: async (): Promise<Meeting> => ({ name: 'ipc', uri: 'ipc:', stop: async () => {} })
}

/** One that reaches the broker over a network of its own. */
export interface Apart {
  instance: RemoteInstance
  network: TcpProxy
}

/** A fleet and its broker. */
export class Site<Kind extends Meeting> {
  readonly fleet: Fleet
  readonly #networks: TcpProxy[] = []

  constructor(
    readonly broker: Kind,
    options: SyncOptions
  ) {
    this.fleet = new Fleet({ uri: broker.uri, ...options })
  }

  /** Starts instances, which have not connected yet, each with a network of its own: `absent`, if it's not there yet. */
  readonly apart = async (
    count: number,
    { absent = false, ...options }: SyncOptions & { absent?: boolean } = {}
  ): Promise<[Apart, Apart, ...Apart[]]> => {
    const all = Array.from({ length: count }, async () => {
      const uri = new URL(this.broker.uri)
      const network = await startProxy(Number(uri.port))
      this.#networks.push(network)
      if (absent) network.refuse()
      uri.port = `${network.port}`
      const [instance] = await this.fleet.add(1, { ...options, uri: uri.href })
      return { instance, network }
    })
    return (await Promise.all(all)) as [Apart, Apart, ...Apart[]]
  }

  async close(): Promise<void> {
    await this.fleet.kill()
    await Promise.all(this.#networks.map((network) => network.close()))
    if (this.broker.name !== 'amqp') await this.broker.stop() // that is shared by all
  }
}

/**
 * Does something to a fleet at each broker, at all of them at once, and expects the fleets to be sound afterwards. What
 * fails says where.
 */
export async function everywhere<Kind extends Meeting>(
  brokers: Record<string, () => Promise<Kind>>,
  options: SyncOptions,
  inflict: (site: Site<Kind>) => Promise<void>
): Promise<void> {
  const outcomes = await Promise.allSettled(
    Object.entries(brokers).map(async ([name, start]) => {
      try {
        const site = new Site(await start(), options)
        try {
          await inflict(site)
          await site.fleet.end()
        } finally {
          await site.close()
        }
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error })
      }
    })
  )
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  if (failures.length > 1)
    throw new AggregateError(failures, failures.map(({ message }) => message).join('\n'))
  if (failures.length > 0) throw failures[0]
}
