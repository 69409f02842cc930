// Traces, as an application in TypeScript uses them.
import { type Application, feathers } from '@feathersjs/feathers'
import sync, { type Instrumentation, type SyncMessage, type TraceContext } from 'feathers-sync'
import { instrument } from 'feathers-sync/opentelemetry'

const app: Application<{ messages: object }, { port: number }> = feathers()
app.configure(sync({ uri: 'redis://localhost:6379' }))
app.configure(instrument)
instrument(app)

const own: Instrumentation = {
  send: ({ path }: SyncMessage, context: unknown): TraceContext | undefined =>
    context ? { path } : undefined,
  deliver: async ({ trace }, run) => {
    const from: string | undefined = trace?.path
    await run()
    console.log(from)
  }
}
app.sync.instrument(own)
app.sync.instrument(undefined)
// @ts-expect-error a trace has texts
app.sync.instrument({ send: () => ({ a: 1 }), deliver: (_message, run) => void run() })
