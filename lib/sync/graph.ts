import { Container, type ServiceIdentifier } from 'inversify'
import { SyncAdapter } from '../adapters/sync-adapter.js'
import { reason } from '../errors.js'
import { FunctionSerializer, JsonSerializer, Serializer } from '../message/serializer.js'
import { builtIn } from './built-in.js'
import { invalidAdapter, type ResolvedOptions, type SyncContainer } from './options.js'

const taken = new WeakSet<object>()

/**
 * The container of one application or emitter, in which its adapter and serializer are bound: a child, so that the user's stays as it is.
 * Dependencies are looked up from the child on.
 */
export function graphOf(options: ResolvedOptions): Container {
  const { container = new Container(), adapter: name, serialize, deserialize } = options
  const graph = childOf(container)
  // Only what is requested: one binding in a child hides all that its parent has of that identifier.
  if (!graph.isBound(SyncAdapter, { name })) {
    const ours = builtIn(name)
    if (!ours) throw invalidAdapter(name)
    graph.bind(SyncAdapter).to(ours.Adapter).whenNamed(name)
  }
  if (serialize || deserialize) {
    graph.bind(Serializer).toConstantValue(new FunctionSerializer({ serialize, deserialize }))
  } else if (!graph.isBound(Serializer)) graph.bind(Serializer).to(JsonSerializer)
  return graph
}

/**
 * The adapter of a graph, with its options set.
 *
 * @throws TypeError for a binding that can't be used, which says how to fix it
 */
export function adapterOf(graph: SyncContainer, options: ResolvedOptions): SyncAdapter {
  const adapter = make(graph, SyncAdapter, options.adapter)
  checkAdapter(adapter)
  takeForOne(adapter)
  // Not to be seen where an application is logged: there are credentials in it.
  Object.defineProperty(adapter, 'options', {
    value: options,
    writable: true,
    configurable: true,
    enumerable: false
  })
  return adapter
}

/** `get`, whose own errors don't say how to fix them. */
export function make<Part>(
  container: SyncContainer,
  identifier: ServiceIdentifier<Part>,
  name?: string
): Part {
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

/** @throws TypeError where another application or emitter has the same object */
export function takeForOne(part: object): void {
  if (taken.has(part)) {
    throw new TypeError(
      `feathers-sync: the container gives the same ${part.constructor.name} to two applications: bind it with to() or ` +
        'toDynamicValue(), not as a constant or in singleton scope'
    )
  }
  taken.add(part)
}

/** By its own base class, which may be another copy of inversify's than ours. */
function childOf(container: SyncContainer): Container {
  let prototype = Object.getPrototypeOf(container)
  for (let next = prototype; Object.getPrototypeOf(next); next = Object.getPrototypeOf(next)) prototype = next
  const Base: typeof Container = prototype.constructor
  return new Base({ parent: container as Container })
}

function checkAdapter(adapter: SyncAdapter): void {
  if (!(adapter instanceof SyncAdapter)) {
    throw new TypeError('feathers-sync: the container has to bind SyncAdapter to a class that extends it')
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
}
