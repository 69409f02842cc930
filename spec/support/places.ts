import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from './brokers/nats.js'
import { sharedRabbit } from './brokers/rabbitmq.js'
import { startRedis } from './brokers/redis.js'

/** Where instances meet. */
export interface Place {
  uri: string
  stop(): Promise<void>
}

/** A place of each adapter: where there is no broker, the first instance is the hub. */
export const PLACES: Record<'redis' | 'amqp' | 'nats' | 'ipc', () => Promise<Place>> = {
  redis: () => startRedis(),
  amqp: async () => ({ uri: await (await sharedRabbit()).createVhost(), stop: async () => {} }),
  nats: () => startNats(),
  ipc: async () => ({ uri: 'ipc:', stop: async () => {} })
}

/** A second place of the same kind. */
export async function anotherPlace(name: keyof typeof PLACES): Promise<Place> {
  if (name !== 'ipc') return await PLACES[name]()
  const folder = await mkdtemp(join(tmpdir(), 'feathers-sync-far-'))
  return { uri: `ipc://${folder}/far.sock`, stop: () => rm(folder, { recursive: true }) }
}

/** The same place by another port, as a proxy's. */
export function throughPort(uri: string, port: number): string {
  const url = new URL(uri)
  url.port = `${port}`
  return url.href
}
