import { Container } from 'inversify'
import { SyncAdapter } from '../adapters/sync-adapter.js'
import { EventBridge } from '../feathers/event-bridge.js'
import { JsonSerializer, Serializer } from '../message/serializer.js'
import { BUILT_IN } from './built-in.js'
import { adapterOf, graphOf, make, takeForOne } from './graph.js'
import type { ResolvedOptions } from './options.js'

/**
 * A container for the `container` option of `sync`, with everything bound. What is bound in it wins over ours:
 * `bind(SyncAdapter).to(YourAdapter).whenNamed('scheme')`, `rebind(Serializer).to(YourSerializer)`.
 */
export function createContainer(): Container {
  const ours = new Container()
  for (const { schemes, Adapter } of BUILT_IN) {
    for (const scheme of schemes) ours.bind(SyncAdapter).to(Adapter).whenNamed(scheme)
  }
  ours.bind(Serializer).to(JsonSerializer)
  ours.bind(EventBridge).toSelf()
  // Beneath, not in it: there a user's binding of the same name would be ambiguous, and `rebind` would drop all.
  return new Container({ parent: ours })
}

/** What one application needs: each `sync` has its own. */
export interface Graph {
  adapter: SyncAdapter
  bridge: EventBridge
}

/**
 * Builds the adapter and the bridge, with its serializer, for one application.
 *
 * @throws TypeError for bindings that can't be used, which says how to fix them
 */
export function resolveGraph(options: ResolvedOptions): Graph {
  const graph = graphOf(options)
  if (!graph.isBound(EventBridge)) graph.bind(EventBridge).toSelf()
  const bridge = make(graph, EventBridge)
  checkBridge(bridge)
  const adapter = adapterOf(graph, options)
  takeForOne(bridge)
  return { adapter, bridge }
}

function checkBridge(bridge: EventBridge): void {
  if (!(bridge instanceof EventBridge)) {
    throw new TypeError('feathers-sync: the container has to bind EventBridge to a class that extends it')
  }
  const { serializer } = bridge
  if (typeof serializer?.serialize !== 'function' || typeof serializer.deserialize !== 'function') {
    throw new TypeError(
      `feathers-sync: ${bridge.constructor.name} was made without a Serializer: decorate it with @injectFromBase(), ` +
        'or bind it with toDynamicValue()'
    )
  }
}
