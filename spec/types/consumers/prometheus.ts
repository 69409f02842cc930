import { feathers } from '@feathersjs/feathers'
import sync, { type SyncDiagnostics } from 'feathers-sync'
import { collectSyncMetrics, type SyncMetricsOptions } from 'feathers-sync/prometheus'
import { type OpenMetricsContentType, Registry } from 'prom-client'

interface Services {
  messages: { create(data: { text: string }): Promise<{ text: string }> }
}

const app = feathers<Services>()
app.configure(sync({ uri: 'ipc:' }))
collectSyncMetrics(app)
const options: SyncMetricsOptions = {
  register: new Registry(),
  prefix: 'my_',
  labels: { app: 'one', shard: 1 }
}
collectSyncMetrics(app, options)
collectSyncMetrics(app, { register: new Registry<OpenMetricsContentType>() })
// @ts-expect-error labels have no lists
collectSyncMetrics(app, { labels: { app: ['one'] } })
// @ts-expect-error an option that there isn't
collectSyncMetrics(app, { interval: 5 })

const { delays, errorsByKind } = app.sync.stats()
const count: number = delays.buckets[0]?.count ?? errorsByKind['too-large']

export { count }

export function kindOf(payload: unknown): string {
  const { app, error } = payload as SyncDiagnostics['feathers-sync:error']
  return `${app.sync.type}: ${error.kind}`
}
