import type { Application, HookContext, NextFunction } from '@feathersjs/feathers'
import {
  type Attributes,
  type Context,
  context as current,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace
} from '@opentelemetry/api'
import type { Instrumentation, Sync, SyncMessage, TraceContext } from 'feathers-sync'
import { LIBRARY } from './adapters/library.js'

/** Where the registry of OpenTelemetry has another name than the adapter. */
const SYSTEMS: Readonly<Record<string, string>> = { amqp: 'rabbitmq' }

/** Where calls have ended, by hook context. */
const ends = new WeakMap<object, Context>()
const hooked = new WeakSet<object>()

/** What sends events: `app.sync`, or an emitter. */
type Sending = Pick<Sync, 'instrument' | 'type' | 'adapter'>

/**
 * Has the trace of a call go on in the listeners of other instances, by the tracer and the propagator that are registered with
 * `@opentelemetry/api`, now or later. Call it after `app.configure(sync(…))`, and after `app.hooks` with hooks that begin spans.
 *
 * @param app an application, or what `createEmitter` returned
 * @throws TypeError if `app.sync` is not that of `sync(…)`
 */
export function instrument(app: Application | Sending): void {
  const isApplication = isObject(app) && 'hooks' in app
  const sync: Partial<Sending> | undefined = isApplication ? app.sync : app
  if (typeof sync?.instrument !== 'function') {
    throw new TypeError(
      'feathers-sync: `instrument` needs `app.sync` as sync(…) sets it: call app.configure(sync(…)) before. `core` has no traces'
    )
  }
  if (isApplication && !hooked.has(app)) {
    app.hooks({ around: { all: [rememberEnd] } })
    hooked.add(app)
  }
  const { type, adapter } = sync as Sending
  sync.instrument(new Tracing(type, adapter.options.key))
}

/** Feathers emits the events of a call when all hooks have ended, outside of the spans that they began. */
async function rememberEnd(call: HookContext, next: NextFunction): Promise<void> {
  await next()
  ends.set(call, current.active())
}

class Tracing implements Instrumentation {
  readonly #tracer: Tracer = trace.getTracer('feathers-sync', LIBRARY.version)
  readonly #attributes: Attributes
  readonly #destination: string
  /** Those of this turn, by what they process. */
  readonly #current = new Map<string, Processing>()

  constructor(type: string, key: string) {
    this.#destination = key
    this.#attributes = { 'messaging.system': SYSTEMS[type] ?? type, 'messaging.destination.name': key }
  }

  send(message: SyncMessage, call: unknown): TraceContext {
    const parent = (isObject(call) ? ends.get(call) : undefined) ?? current.active()
    const span = this.#tracer.startSpan(
      `send ${this.#destination}`,
      { kind: SpanKind.PRODUCER, attributes: this.#attributesOf('send', message) },
      parent
    )
    const carrier: Record<string, string> = {}
    propagation.inject(trace.setSpan(parent, span), carrier)
    span.end()
    return carrier
  }

  deliver(message: SyncMessage, run: () => Promise<void> | undefined): void {
    // The events of a bulk call come one after the other, each with the trace of the call: one span is for all.
    const key = JSON.stringify([message.path, message.event, message.trace])
    let processing = this.#current.get(key)
    if (!processing) {
      processing = this.#begin(message)
      if (this.#current.size === 0) queueMicrotask(() => this.#endTurn())
      this.#current.set(key, processing)
    }
    processing.run(run)
  }

  #begin(message: SyncMessage): Processing {
    // Not in the active context: that is where the connection was made.
    const parent = propagation.extract(ROOT_CONTEXT, message.trace)
    const origin = trace.getSpanContext(parent)
    if (!origin) return new Processing(parent)
    const span = this.#tracer.startSpan(
      `process ${this.#destination}`,
      {
        kind: SpanKind.CONSUMER,
        attributes: this.#attributesOf('process', message),
        links: [{ context: origin }]
      },
      parent
    )
    return new Processing(trace.setSpan(parent, span), span)
  }

  #attributesOf(operation: 'send' | 'process', { path, event }: SyncMessage): Attributes {
    return {
      ...this.#attributes,
      'messaging.operation.name': operation,
      'messaging.operation.type': operation,
      'feathers.service.path': path,
      'feathers.event': event
    }
  }

  #endTurn(): void {
    for (const processing of this.#current.values()) processing.close()
    this.#current.clear()
  }
}

/** The listeners of an event, or of the events of a bulk call, and their span. */
class Processing {
  #events = 0
  /** Async listeners, and the turn in which there may be more events. */
  #running = 1
  /** When the latest event's listeners ended, as `performance.now()` tells. */
  #endedAt: number | undefined
  #hasFailed = false

  /** @param span none if the trace can't be read */
  constructor(
    private readonly context: Context,
    private readonly span?: Span
  ) {}

  run(listeners: () => Promise<void> | undefined): void {
    this.#events += 1
    try {
      const pending = current.with(this.context, listeners)
      if (pending) this.#await(pending)
    } catch (error) {
      this.#failed(error)
    }
    this.#endedAt = performance.now()
  }

  /** There are no more events. */
  close(): void {
    if (this.#events > 1) this.span?.setAttribute('messaging.batch.message_count', this.#events)
    this.#end()
  }

  #await(pending: Promise<void>): void {
    this.#running += 1
    pending
      .catch((error) => this.#failed(error))
      .finally(() => {
        this.#endedAt = performance.now()
        this.#end()
      })
  }

  #end(): void {
    this.#running -= 1
    if (this.#running === 0) this.span?.end(this.#endedAt)
  }

  /** The first one is recorded: a bulk call may have thousands. */
  #failed(error: unknown): void {
    if (!this.span || this.#hasFailed) return
    this.#hasFailed = true
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    this.span.recordException(error instanceof Error ? error : message)
    this.span.setAttribute('error.type', name)
    this.span.setStatus({ code: SpanStatusCode.ERROR, message })
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
