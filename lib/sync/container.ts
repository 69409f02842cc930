import { Container, type ServiceIdentifier } from 'inversify'
import { SyncAdapter } from '../adapters/sync-adapter.js'
import { reason } from '../errors.js'
import { EventBridge } from '../feathers/event-bridge.js'
import { FunctionSerializer, JsonSerializer, Serializer } from '../message/serializer.js'
import { BUILT_IN, builtIn } from './built-in.js'
import { checkBuiltIn, invalidAdapter, type ResolvedOptions, type SyncContainer } from './options.js'

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

/**
 * Checks, without making anything but a serializer, that the options and the container go together.
 *
 * @throws TypeError that says how to fix it
 */
export function checkContainer(options: ResolvedOptions): void {
  const { adapter, container } = options
  if (container) {
    refuseUnnamedAdapter(container)
    refuseTwoSerializers(container, options)
  }
  if (container?.isCurrentBound(SyncAdapter, { name: adapter })) return
  const ours = builtIn(adapter)
  if (ours) checkBuiltIn(options, ours)
  else if (!container?.isBound(SyncAdapter, { name: adapter })) throw invalidAdapter(adapter, options.uri)
}

/** What one application needs: each `sync` has its own. */
export interface Graph {
  adapter: SyncAdapter
  bridge: EventBridge
}

const taken = new WeakSet<object>()

/**
 * Builds the adapter and the bridge, with its serializer, for one application.
 *
 * @throws TypeError for bindings that can't be used, which says how to fix them
 */
export function resolveGraph(options: ResolvedOptions): Graph {
  const { container = new Container(), adapter: name, serialize, deserialize } = options
  // In a child, so that the user's container stays as it is. Dependencies are looked up from the child on.
  const graph = childOf(container)
  // Only what is requested: one binding in a child hides all that its parent has of that identifier.
  if (!graph.isBound(SyncAdapter, { name })) {
    const ours = builtIn(name)
    if (!ours) throw invalidAdapter(name)
    graph.bind(SyncAdapter).to(ours.Adapter).whenNamed(name)
  }
  if (!graph.isBound(EventBridge)) graph.bind(EventBridge).toSelf()
  if (serialize || deserialize) {
    graph.bind(Serializer).toConstantValue(new FunctionSerializer({ serialize, deserialize }))
  } else if (!graph.isBound(Serializer)) graph.bind(Serializer).to(JsonSerializer)
  const adapter = make(graph, SyncAdapter, name)
  const bridge = make(graph, EventBridge)
  checkParts(adapter, bridge)
  for (const part of [adapter, bridge]) taken.add(part)
  // Not to be seen where an application is logged: there are credentials in it.
  Object.defineProperty(adapter, 'options', {
    value: options,
    writable: true,
    configurable: true,
    enumerable: false
  })
  return { adapter, bridge }
}

/** By its own base class, which may be another copy of inversify's than ours. */
function childOf(container: SyncContainer): Container {
  let prototype = Object.getPrototypeOf(container)
  for (let next = prototype; Object.getPrototypeOf(next); next = Object.getPrototypeOf(next)) prototype = next
  const Base: typeof Container = prototype.constructor
  return new Base({ parent: container as Container })
}

/** `get`, whose own errors don't say how to fix them. */
function make<Part>(container: SyncContainer, identifier: ServiceIdentifier<Part>, name?: string): Part {
  try {
    return name === undefined ? container.get(identifier) : container.get(identifier, { name })
  } catch (error) {
    const text = reason(error)
    const ambiguous = /^Ambiguous bindings found for service: "(.*)"/.exec(text)?.[1]
    const what = `${ambiguous ?? (identifier as { name: string }).name}${name === undefined ? '' : ` named '${name}'`}`
    throw new TypeError(
      ambiguous
        ? `feathers-sync: the container has more than one binding of ${what}: leave one`
        : `feathers-sync: the container can't make its ${what}: ${text}`,
      { cause: error }
    )
  }
}

function checkParts(adapter: SyncAdapter, bridge: EventBridge): void {
  if (!(adapter instanceof SyncAdapter) || !(bridge instanceof EventBridge)) {
    throw new TypeError(
      'feathers-sync: the container has to bind SyncAdapter and EventBridge to classes that extend them'
    )
  }
  const name = adapter.constructor.name
  const methods = ['doConnect', 'doPublish', 'doClose'] as const
  const missing = methods.find((method) => typeof adapter[method as keyof SyncAdapter] !== 'function')
  if (missing)
    throw new TypeError(`feathers-sync: ${name} has no method ${missing}(), which a SyncAdapter needs`)
  if (typeof adapter.type !== 'string') {
    throw new TypeError(
      `feathers-sync: ${name} has no \`type\`, the name for people that a SyncAdapter needs`
    )
  }
  if (
    typeof bridge.serializer?.serialize !== 'function' ||
    typeof bridge.serializer.deserialize !== 'function'
  ) {
    throw new TypeError(
      `feathers-sync: ${bridge.constructor.name} was made without a Serializer: decorate it with @injectFromBase(), ` +
        'or bind it with toDynamicValue()'
    )
  }
  for (const part of [adapter, bridge]) {
    if (!taken.has(part)) continue
    throw new TypeError(
      `feathers-sync: the container gives the same ${part.constructor.name} to two applications: bind it with to() or ` +
        'toDynamicValue(), not as a constant or in singleton scope'
    )
  }
}

/** One that has no name would answer for every scheme. */
function refuseUnnamedAdapter(container: SyncContainer): void {
  if (!container.isBound(SyncAdapter)) return
  throw new TypeError(
    'feathers-sync: the container has a SyncAdapter binding without a name. Name it after its URI scheme: ' +
      "container.bind(SyncAdapter).to(YourAdapter).whenNamed('scheme')"
  )
}

function refuseTwoSerializers(container: SyncContainer, { serialize, deserialize }: ResolvedOptions): void {
  if ((!serialize && !deserialize) || !container.isBound(Serializer)) return
  const bound = make(container, Serializer)
  if (bound.constructor === JsonSerializer) return
  throw new TypeError(
    `feathers-sync: the container binds Serializer to ${bound.constructor.name}, and there are \`serialize\` or ` +
      '`deserialize` options too: leave one of them out'
  )
}
