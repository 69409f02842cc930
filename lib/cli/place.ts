import { redact } from '../adapters/redact.js'
import type { SyncAdapter } from '../adapters/sync-adapter.js'
import type { SecretOption } from '../sealing/secret-option.js'
import { builtIn } from '../sync/built-in.js'
import {
  checkBuiltIn,
  invalidAdapter,
  type ResolvedOptions,
  resolveOptions,
  type SyncOptions
} from '../sync/options.js'
import { type GivenSecret, secretIn } from './secret.js'
import { asUsage, UsageError } from './usage.js'

/** Where a fleet meets: a broker and a key. */
export interface Place {
  /** Without credentials. */
  readonly uri: string
  readonly key: string
  /** As it was given. */
  readonly options: ResolvedOptions
  /** For `createEmitter`; a method, so that no output of a place shows it. */
  secret(): { secret?: SecretOption }
  /** A new adapter for it, which is not connected. */
  adapter(): SyncAdapter
}

const VARIABLES = { uri: 'FEATHERS_SYNC_URI', key: 'FEATHERS_SYNC_KEY' } as const

export interface GivenPlace extends GivenSecret {
  readonly uri?: string | undefined
  readonly key?: string | undefined
}

/**
 * The place that arguments name, or else environment variables: those don't show in the list of processes.
 *
 * @throws UsageError with the library's own text
 */
export function placeOf(given: GivenPlace, env: Readonly<Record<string, string | undefined>>): Place {
  const uri = given.uri ?? env[VARIABLES.uri]
  const key = given.key ?? (env[VARIABLES.key] || undefined)
  if (!uri) {
    throw new UsageError(
      `the URI of the broker is missing, such as redis://localhost:6379: it is an argument, or in ${VARIABLES.uri}`
    )
  }
  const secret = secretIn(given, env)
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
