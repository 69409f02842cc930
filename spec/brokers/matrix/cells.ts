/** A release of a broker. */
export interface BrokerVersion {
  adapter: 'redis' | 'amqp' | 'nats'
  /** As in docs/versions.md: `Redis 7.0`. */
  name: string
  /** What the version that the server tells begins with. */
  version: string
  program: string
  /** Used where neither this system nor the other one has that version. */
  image: string
}

/** What talks to it. */
export interface Client {
  adapter: BrokerVersion['adapter']
  /** As in docs/versions.md. */
  name: string
  /** Its name in `node_modules`. */
  package: string
  /** Where an application makes the client and hands it in; else the adapter makes it, from `uri`. */
  option?: 'redisClient'
}

/** One run of the conformance suite. */
export interface Cell {
  broker: BrokerVersion
  client: Client
}

const redis = { adapter: 'redis', program: 'redis-server' } as const
const rabbit = { adapter: 'amqp', program: 'rabbitmq-server' } as const
const nats = { adapter: 'nats', program: 'nats-server' } as const
const given = { adapter: 'redis', option: 'redisClient' } as const

export const BROKERS: BrokerVersion[] = [
  { ...redis, name: 'Redis 7.0', version: '7.0', image: 'redis:7.0-alpine' },
  { ...redis, name: 'Redis 8.0', version: '8.0', image: 'redis:8.0-alpine' },
  {
    ...redis,
    name: 'Valkey 8',
    version: '8.',
    program: 'valkey-server',
    image: 'valkey/valkey:8-alpine'
  },
  { ...rabbit, name: 'RabbitMQ 3.10', version: '3.10', image: 'rabbitmq:3.10-alpine' },
  { ...rabbit, name: 'RabbitMQ 4.0', version: '4.0', image: 'rabbitmq:4.0-alpine' },
  { ...nats, name: 'NATS 2.9', version: '2.9', image: 'nats:2.9-alpine' },
  { ...nats, name: 'NATS 2.10', version: '2.10', image: 'nats:2.10-alpine' }
]

export const CLIENTS: Client[] = [
  { adapter: 'redis', name: 'redis 6', package: 'redis' },
  { adapter: 'redis', name: 'redis 5', package: 'redis-5' },
  { adapter: 'redis', name: 'redis 4', package: 'redis-4' },
  { ...given, name: 'redis 6 client', package: 'redis' },
  { ...given, name: 'redis 5 client', package: 'redis-5' },
  { ...given, name: 'redis 4 client', package: 'redis-4' },
  { ...given, name: 'ioredis 6 client', package: 'ioredis' },
  { ...given, name: 'ioredis 5 client', package: 'ioredis-5' },
  { adapter: 'amqp', name: 'amqplib 2', package: 'amqplib' },
  { adapter: 'amqp', name: 'amqplib 0.10', package: 'amqplib-0.10' },
  { adapter: 'nats', name: 'nats 2', package: 'nats' },
  { adapter: 'nats', name: '@nats-io/transport-node 3', package: '@nats-io/transport-node' }
]

export const CELLS: Cell[] = BROKERS.flatMap((broker) =>
  CLIENTS.filter(({ adapter }) => adapter === broker.adapter).map((client) => ({ broker, client }))
)

export const cellName = ({ broker, client }: Cell): string => `${broker.name}, ${client.name}`
