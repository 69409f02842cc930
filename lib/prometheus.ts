import type { Application } from '@feathersjs/feathers'
import type { Sync } from 'feathers-sync'
import { register as defaultRegister } from 'prom-client'
import { checkLabels, checkNames, checkPrefix, checkRegister, failure } from './prometheus/checks.js'
import { type AnyRegistry, SyncMetrics } from './prometheus/sync-metrics.js'

export interface SyncMetricsOptions {
  /** Where the metrics are registered. Default: the `register` of `prom-client` */
  register?: AnyRegistry
  /** What the names begin with, before `feathers_sync_`. Default: nothing */
  prefix?: string
  /** Added to each value. Two applications of one process need different values of the same labels. */
  labels?: Record<string, string | number>
}

/**
 * Registers the metrics of `app.sync` with `prom-client`. They are read from `app.sync.stats()` when the register is scraped; there
 * are no timers. Once for an application and a register: the same again is a no-op.
 *
 * @throws Error if `app.sync` isn't there yet, or is that of a functional adapter, which has no `stats()`; if the register has
 * metrics with these names, or an application with the same labels, or one whose labels have other names
 * @throws TypeError for an option that can't be used
 */
export function collectSyncMetrics(app: Application, options: SyncMetricsOptions = {}): void {
  checkNames(options)
  const { register = defaultRegister, prefix = '', labels = {} } = options
  checkRegister(register)
  checkPrefix(prefix)
  checkLabels(labels)
  const sync = syncOf(app)
  SyncMetrics.on(register, prefix, Object.keys(labels)).add(sync, { ...labels })
}

function syncOf(app: Application | undefined): Sync {
  const sync = app?.sync
  if (!sync)
    throw failure('app.sync is not there: call app.configure(sync(...)) before collectSyncMetrics(app)')
  if (typeof sync.stats !== 'function') {
    const text = `app.sync is that of the functional adapter '${sync.type}', which has no stats()`
    throw failure(`${text}: metrics need app.configure(sync(...)), or an adapter that extends SyncAdapter`)
  }
  return sync
}
