import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { type Application, feathers, type HookContext } from '@feathersjs/feathers'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor
} from '@opentelemetry/sdk-trace-base'
import sync, { type SyncError, type SyncMessage, type SyncOptions } from '../../lib/index.js'
import { instrument } from '../../lib/opentelemetry.js'
import { eventually } from '../support/eventually.js'

type Messages = EventEmitter & { create(data: unknown): Promise<unknown> }

/** One instance of an application with a service `messages`. */
export interface Traced {
  app: Application
  messages: Messages
  errors: SyncError[]
  received: SyncMessage[]
}

/** A call's span, as the instrumentation of an application makes it. */
export const spanOfCall = async ({ path, method }: HookContext, next: () => Promise<void>) =>
  trace.getTracer('application').startActiveSpan(`${path} ${method}`, async (span) => {
    await next()
    span.end()
  })

/** The SDK of OpenTelemetry, with the spans that have ended in memory. It is global, so it is there from `start` to `stop`. */
export class TracingStage {
  readonly #exporter = new InMemorySpanExporter()
  readonly #apps: Application[] = []
  readonly #key = `traces-${randomUUID()}`

  get key(): string {
    return this.#key
  }

  start(sampler?: Sampler): void {
    const spanProcessors = [new SimpleSpanProcessor(this.#exporter)]
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({
        spanProcessors,
        ...(sampler && { sampler: new ParentBasedSampler({ root: sampler }) })
      })
    )
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  }

  async stop(): Promise<void> {
    await Promise.all(this.#apps.splice(0).map((app) => app.teardown()))
    this.#exporter.reset()
    trace.disable()
    context.disable()
    propagation.disable()
  }

  /** Instances that know each other. */
  async instances(
    count: number,
    options: SyncOptions,
    use = instrument
  ): Promise<[Traced, Traced, ...Traced[]]> {
    const all = Array.from({ length: count }, () => this.#instance(options, use))
    await Promise.all(all.map(({ app }) => app.sync.ready))
    const isKnown = ({ app }: Traced) => app.sync.stats().peers.length === count - 1
    await eventually(() => options.wire === 3 || all.every(isKnown), {
      message: 'the instances to know each other'
    })
    return all as [Traced, Traced, ...Traced[]]
  }

  #instance(options: SyncOptions, use: (app: Application) => void): Traced {
    const app = feathers()
    const traced: Traced = { app, messages: undefined as never, errors: [], received: [] }
    app.configure(sync({ key: this.#key, ...options }))
    app.use('messages', { create: async (data: object) => data } as never, { events: ['liked'] })
    app.hooks({ around: { all: [spanOfCall] } })
    app.configure(use)
    app.on('sync-error', (error) => traced.errors.push(error))
    app.on('sync-in', (message) => traced.received.push(message))
    traced.messages = app.service('messages') as unknown as Messages
    this.#apps.push(app)
    return traced
  }

  /** Those that have ended, in the order of their ends. */
  get spans(): ReadableSpan[] {
    return this.#exporter.getFinishedSpans()
  }

  of(kind: SpanKind): ReadableSpan[] {
    return this.spans.filter((span) => span.kind === kind)
  }

  get sent(): ReadableSpan[] {
    return this.of(SpanKind.PRODUCER)
  }

  get processed(): ReadableSpan[] {
    return this.of(SpanKind.CONSUMER)
  }

  /** The application's own one of that name. */
  named(name: string): ReadableSpan | undefined {
    return this.spans.find((span) => span.name === name)
  }
}

export const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId
export const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId
export const traceOf = (span: ReadableSpan | undefined) => span?.spanContext().traceId
