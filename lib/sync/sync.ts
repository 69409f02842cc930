import type { Application } from '@feathersjs/feathers'
import { AppSync } from './app-sync.js'
import type { BuiltInScheme } from './built-in.js'
import { resolveGraph } from './container.js'
import { checkContainer } from './container-checks.js'
import { type CommonOptions, type ResolvedOptions, resolveOptions, type SyncOptions } from './options.js'

/** Given to `app.configure`. */
export type Configure = (app: Application) => void

/** The URIs of the adapters that come with feathers-sync, where they are literals. */
type BuiltInUri = `${BuiltInScheme}:${string}`

/** An adapter of one's own may take any options; where the URI says that it is one of ours, other names don't compile. */
type KnownOptions<Options> = Options extends { uri: BuiltInUri | readonly BuiltInUri[] }
  ? { [Name in Exclude<keyof Options, keyof SyncOptions>]: never }
  : unknown

/** Only where the services are given: no call that gives none is to be accepted by this. */
type OptionsFor<Services> = [Services] extends [never] ? never : SyncOptions<Services>

/**
 * Shares the service events of an application with its other instances. The scheme of `uri` picks the adapter. With the
 * application's map of services, `sync<ServiceTypes>({ … })`, the options know their paths and events.
 *
 * @returns a function for `app.configure`. Configuring the same again is a no-op
 * @throws TypeError for options that can't be used, naming the option, what it got and what is expected
 */
export function sync<Services extends object = never>(options: OptionsFor<Services>): Configure
export function sync<const Options extends SyncOptions>(options: Options & KnownOptions<Options>): Configure
export function sync(options: SyncOptions): Configure {
  return configureWith(resolveOptions(options))
}

/** `sync` by the adapter of that name; `uri` is optional. */
export function syncBy<Services>(adapter: string, options: CommonOptions<Services> = {}): Configure {
  return configureWith(resolveOptions(options as CommonOptions, adapter))
}

function configureWith(options: ResolvedOptions): Configure {
  checkContainer(options)
  return (app) => {
    const current: unknown = app.sync
    if (current === undefined) return configure(app, options)
    const text = 'Only one type of feathers-sync can be configured on the same application'
    if (!(current instanceof AppSync)) throw new Error(text)
    const different = current.differenceTo(options)
    if (different !== undefined) {
      throw new Error(`${text}: the option \`${different}\` differs from that of the first configuration`)
    }
  }
}

function configure(app: Application, options: ResolvedOptions): void {
  const { adapter, bridge } = resolveGraph(options)
  const appSync = new AppSync(app, options, adapter, bridge)
  app.sync = appSync
  app.hooks({
    setup: [
      async (_context: unknown, next: () => Promise<void>) => {
        appSync.open()
        await next()
      }
    ],
    teardown: [
      async (_context: unknown, next: () => Promise<void>) => {
        const ended = next()
        await appSync.leave(ended)
        await ended
      }
    ]
  })
  appSync.open()
}
