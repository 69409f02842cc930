import type { OptionRules } from '../adapters/adapter-options.js'
import { AmqpAdapter } from '../adapters/amqp/amqp-adapter.js'
import { amqpRules } from '../adapters/amqp/amqp-options.js'
import { IpcAdapter } from '../adapters/ipc/ipc-adapter.js'
import { ipcRules } from '../adapters/ipc/ipc-options.js'
import { NatsAdapter } from '../adapters/nats/nats-adapter.js'
import { natsRules } from '../adapters/nats/nats-options.js'
import { RedisAdapter } from '../adapters/redis/redis-adapter.js'
import { redisRules } from '../adapters/redis/redis-options.js'
import type { SyncAdapter } from '../adapters/sync-adapter.js'

/** An adapter that comes with feathers-sync. */
export interface BuiltIn extends OptionRules {
  readonly Adapter: new () => SyncAdapter
}

/** All of them: the only place that names them. */
export const BUILT_IN: readonly BuiltIn[] = [
  { ...redisRules, Adapter: RedisAdapter },
  { ...amqpRules, Adapter: AmqpAdapter },
  { ...natsRules, Adapter: NatsAdapter },
  { ...ipcRules, Adapter: IpcAdapter }
]

/** Every scheme of theirs, as a type. */
export type BuiltInScheme = (
  | typeof redisRules
  | typeof amqpRules
  | typeof natsRules
  | typeof ipcRules
)['schemes'][number]

export const SCHEMES: readonly string[] = BUILT_IN.flatMap(({ schemes }) => schemes)

/** The one that is registered under a name: any of its schemes. */
export function builtIn(name: string): BuiltIn | undefined {
  return BUILT_IN.find(({ schemes }) => schemes.includes(name))
}
