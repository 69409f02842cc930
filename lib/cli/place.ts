import { redact } from '../adapters/redact.js'
import type { SyncAdapter } from '../adapters/sync-adapter.js'
import { builtIn } from '../sync/built-in.js'
import { checkBuiltIn, invalidAdapter, type ResolvedOptions, resolveOptions } from '../sync/options.js'
import { asUsage, UsageError } from './usage.js'

/** Where a fleet meets: a broker and a key. */
export interface Place {
  /** Without credentials. */
  readonly uri: string
  readonly key: string
  /** As it was given. */
  readonly options: ResolvedOptions
  /** A new adapter for it, which is not connected. */
  adapter(): SyncAdapter
}

const VARIABLES = { uri: 'FEATHERS_SYNC_URI', key: 'FEATHERS_SYNC_KEY' } as const

/**
 * The place that arguments name, or else environment variables: those don't show in the list of processes.
 *
 * @throws UsageError with the library's own text
 */
export function placeOf(
  given: { uri?: string | undefined; key?: string | undefined },
  env: Readonly<Record<string, string | undefined>>
): Place {
  const uri = given.uri ?? env[VARIABLES.uri]
  const key = given.key ?? (env[VARIABLES.key] || undefined)
  if (!uri) {
    throw new UsageError(
      `the URI of the broker is missing, such as redis://localhost:6379: it is an argument, or in ${VARIABLES.uri}`
    )
  }
  const options = asUsage(() => checked(uri, key))
  return {
    uri: redact(uri),
    key: options.key,
    options,
    adapter: () => {
      const adapter = new (expected(options).Adapter)()
      adapter.options = options
      return adapter
    }
  }
}

function checked(uri: string, key: string | undefined): ResolvedOptions {
  const options = resolveOptions({ uri, ...(key !== undefined && { key }) })
  checkBuiltIn(options, expected(options))
  return options
}

function expected({ adapter, uri }: ResolvedOptions) {
  const found = builtIn(adapter)
  if (!found) throw invalidAdapter(adapter, uri)
  return found
}
