import { checkContainer } from '../sync/container-checks.js'
import { resolveOptions, type SyncOptions } from '../sync/options.js'
import { Emitter } from './emitter.js'

/** Options of `sync` that say what of an application's events is shared. */
const OF_APPLICATIONS = ['mode', 'filter', 'context', 'services'] as const

/** Options of `createEmitter`: those of `sync`, but what is about an application's own events. */
export type EmitterOptions = Omit<SyncOptions, (typeof OF_APPLICATIONS)[number]>

/**
 * Makes events of the services of Feathers applications in a process that has no Feathers, such as a worker, a cron job or a function.
 * Connects at once; what is emitted before waits. `await emitter.close()` at the end: an open emitter keeps the process running.
 *
 * `createEmitter<ServiceTypes>(…)` knows the services: a wrong path or event name does not compile.
 *
 * @throws TypeError for options that can't be used, naming the option, what it got and what is expected
 */
export function createEmitter<Services = unknown>(options: EmitterOptions): Emitter<Services> {
  const resolved = { ...resolveOptions(options), mode: 'send' as const }
  const foreign = OF_APPLICATIONS.find((name) => name in options)
  if (foreign !== undefined) {
    throw new TypeError(`feathers-sync: an emitter has no \`${foreign}\` option: leave it out`)
  }
  checkContainer(resolved)
  return new Emitter(resolved)
}
