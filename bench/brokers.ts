import { startNats } from '../spec/support/brokers/nats.js'
import { startRabbit } from '../spec/support/brokers/rabbitmq.js'
import { startRedis } from '../spec/support/brokers/redis.js'
import { groupCpu } from './group-cpu.js'
import type { BrokerName } from './options.js'

/** A broker of our own. */
export interface Broker {
  readonly name: BrokerName
  freshUri(): Promise<string>
  /** User and system time of its processes so far, in ms; NaN where the system does not tell. */
  cpu(): number
  stop(): Promise<void>
}

/** Redis cuts off who is 32 MB behind, as feathers-sync 3 gets in bulk calls: here it doesn't. */
const PATIENT = ['--client-output-buffer-limit', 'pubsub', '0', '0', '0']

export async function startBroker(name: BrokerName): Promise<Broker> {
  switch (name) {
    case 'redis': {
      const redis = await startRedis({ args: PATIENT })
      return {
        name,
        freshUri: async () => redis.uri,
        cpu: () => groupCpu(redis.group),
        stop: () => redis.stop()
      }
    }
    case 'nats': {
      const nats = await startNats()
      return {
        name,
        freshUri: async () => nats.uri,
        cpu: () => groupCpu(nats.group),
        stop: () => nats.stop()
      }
    }
    case 'amqp': {
      const rabbit = await startRabbit()
      return {
        name,
        freshUri: () => rabbit.createVhost(),
        cpu: () => groupCpu(rabbit.group),
        stop: () => rabbit.stop()
      }
    }
  }
}
