import type { Broker } from '../../spec/support/brokers/broker.js'
import { findProgram } from '../../spec/support/brokers/command.js'

export const BROKERS = ['redis', 'nats', 'amqp'] as const
export type BrokerName = (typeof BROKERS)[number]

/** Imported when needed: each loads a driver. */
const RECIPES = {
  redis: {
    program: 'redis-server',
    start: async () => (await import('../../spec/support/brokers/redis.js')).startRedis()
  },
  nats: {
    program: 'nats-server',
    start: async () => (await import('../../spec/support/brokers/nats.js')).startNats()
  },
  amqp: {
    program: 'rabbitmq-server',
    start: async () => (await import('../../spec/support/brokers/rabbitmq.js')).startRabbit()
  }
} as const

/**
 * Starts a broker on a free port, as the tests do. It does not outlive this process.
 *
 * @throws Error whose message is for the user
 */
export async function startBroker(name: BrokerName): Promise<Broker> {
  const { program, start } = RECIPES[name]
  try {
    return await start()
  } catch (error) {
    if (findProgram({ program })) throw error
    throw new Error(
      `--broker ${name} needs ${program}, which is not installed (nor is Docker running): sh scripts/ensure-brokers.sh installs it`,
      { cause: error }
    )
  }
}
