import 'reflect-metadata'
import { Container } from 'inversify'
import { AmqpAdapter } from './adapters/amqp-adapter.js'
import { IpcAdapter } from './adapters/ipc-adapter.js'
import { NatsAdapter } from './adapters/nats-adapter.js'
import { RedisAdapter } from './adapters/redis-adapter.js'
import { SyncAdapter } from './adapters/sync-adapter.js'
import { EventBridge } from './event-bridge.js'
import { type ResolvedOptions, SCHEMES, type SyncContainer } from './options.js'
import { FunctionSerializer, JsonSerializer, Serializer } from './serializer.js'

const ADAPTERS = { redis: RedisAdapter, amqp: AmqpAdapter, nats: NatsAdapter, ipc: IpcAdapter }

/** Binds what `container` has no binding for. */
function bindDefaults(container: Container): Container {
  if (!container.isBound(Serializer)) container.bind(Serializer).to(JsonSerializer)
  if (!container.isBound(EventBridge)) container.bind(EventBridge).toSelf()
  for (const family of Object.keys(ADAPTERS) as (keyof typeof ADAPTERS)[]) {
    for (const name of SCHEMES[family]) {
      if (!container.isBound(SyncAdapter, { name }))
        container.bind(SyncAdapter).to(ADAPTERS[family]).whenNamed(name)
    }
  }
  return container
}

/**
 * A container for the `container` option of `sync`, with everything bound. What is bound in it wins over ours:
 * `bind(SyncAdapter).to(YourAdapter).whenNamed('scheme')`, `rebind(Serializer).to(YourSerializer)`.
 */
export function createContainer(): Container {
  return new Container({ parent: bindDefaults(new Container()) })
}

/** What one application needs: each `sync` has its own. */
export interface Graph {
  adapter: SyncAdapter
  bridge: EventBridge
}

/**
 * Builds the adapter and the bridge, with its serialiser, for one application.
 *
 * @throws TypeError for bindings that can't be used, with what mends them
 */
export function resolveGraph(options: ResolvedOptions): Graph {
  const { container = createContainer() } = options
  refuseUnnamedAdapter(container)
  // In a child, so that the user's container stays as it is; made by its own class, which may be another copy of
  // inversify's than ours. Dependencies are looked up from the child on.
  const graph = bindDefaults(childOf(container))
  bindSerializeOptions(graph, options)
  const adapter = graph.get(SyncAdapter, { name: options.adapter })
  const bridge = graph.get(EventBridge)
  if (!bridge.serializer) {
    throw new TypeError(
      `feathers-sync: ${bridge.constructor.name} was made without its serializer: decorate it with @injectFromBase(), or ` +
        'bind it with toDynamicValue()'
    )
  }
  adapter.options = options
  return { adapter, bridge }
}

function childOf(container: SyncContainer): Container {
  const Constructor = container.constructor as typeof Container
  return new Constructor({ parent: container as Container })
}

/** One that has no name would answer for every scheme. */
function refuseUnnamedAdapter(container: SyncContainer): void {
  if (!container.isBound(SyncAdapter)) return
  throw new TypeError(
    'feathers-sync: the container has a SyncAdapter binding without a name. Name it after its URI scheme: ' +
      "container.bind(SyncAdapter).to(YourAdapter).whenNamed('scheme')"
  )
}

function bindSerializeOptions(graph: Container, { serialize, deserialize }: ResolvedOptions): void {
  if (!serialize && !deserialize) return
  const bound = graph.get(Serializer)
  if (!(bound instanceof JsonSerializer)) {
    throw new TypeError(
      `feathers-sync: the container binds Serializer to ${bound.constructor.name}, and there are \`serialize\` or ` +
        '`deserialize` options too: leave one of them out'
    )
  }
  graph.bind(Serializer).toConstantValue(new FunctionSerializer({ serialize, deserialize }))
}
