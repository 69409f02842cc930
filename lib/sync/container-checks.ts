import { SyncAdapter } from '../adapters/sync-adapter.js'
import { JsonSerializer, Serializer } from '../message/serializer.js'
import { builtIn } from './built-in.js'
import { make } from './graph.js'
import { checkBuiltIn, invalidAdapter, type ResolvedOptions, type SyncContainer } from './options.js'

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
