import { redact } from '../adapters/redact.js'
import type { SyncAdapter } from '../adapters/sync-adapter.js'
import { builtIn } from '../sync/built-in.js'
import {
  checkBuiltIn,
  invalidAdapter,
  type ResolvedOptions,
  resolveOptions,
  type SyncOptions
} from '../sync/options.js'
import { type Secrets, secretsIn } from './secret.js'
import { asUsage, UsageError } from './usage.js'

/** Where a fleet meets: a broker and a key. */
export interface Place {
  /** Without credentials. */
  readonly uri: string
  readonly key: string
  /** As it was given. */
  readonly options: ResolvedOptions
  /** For `createEmitter`; a method, so that no output of a place shows it. */
  secret(): { secret?: Secrets }
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
  given: { uri?: string | undefined; key?: string | undefined; secretEnv?: string | undefined },
  env: Readonly<Record<string, string | undefined>>
): Place {
  const uri = given.uri ?? env[VARIABLES.uri]
  const key = given.key ?? (env[VARIABLES.key] || undefined)
  if (!uri) {
    throw new UsageError(
      `the URI of the broker is missing, such as redis://localhost:6379: it is an argument, or in ${VARIABLES.uri}`
    )
  }
  const secret = secretsIn(given.secretEnv, env)
  const sealing = secret ? { secret } : {}
  const options = asUsage(() => checked({ uri, ...(key !== undefined && { key }), ...sealing }))
  return {
    uri: redact(uri),
    key: options.key,
    options,
    secret: () => sealing,
    adapter: () => {
      const adapter = new (expected(options).Adapter)()
      adapter.options = options
      return adapter
    }
  }
}

function checked(given: SyncOptions): ResolvedOptions {
  const options = resolveOptions(given)
  checkBuiltIn(options, expected(options))
  return options
}

function expected({ adapter, uri }: ResolvedOptions) {
  const found = builtIn(adapter)
  if (!found) throw invalidAdapter(adapter, uri)
  return found
}
