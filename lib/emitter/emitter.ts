import { EventEmitter } from 'node:events'
import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import { Counts } from '../delivery/environment.js'
import { SyncError } from '../errors.js'
import { nameIn } from '../message/decoder.js'
import { Encoder } from '../message/encoder.js'
import { type Instrumentation, Instrumented } from '../message/instrumentation.js'
import type { SyncMessage } from '../message/message.js'
import { Policy } from '../message/policy.js'
import { Serializer } from '../message/serializer.js'
import { servicePath } from '../message/service-path.js'
import type { ServiceEventData, ServiceEventName, ServicePath } from '../message/service-types.js'
import { adapterOf, graphOf, make } from '../sync/graph.js'
import type { ResolvedOptions } from '../sync/options.js'
import { Reporter } from '../sync/reporter.js'
import { Session } from '../sync/session.js'
import { type SyncStats, statsOf } from '../sync/stats.js'

/** What an emitter tells of itself. */
export interface EmitterEvents {
  /** An error, as on an application. Where nobody listens, the first of each kind is one line on standard error. */
  'sync-error': (error: SyncError) => void
  'sync-status': (status: SyncStatus) => void
}

/** Data of a type that is not known may be left out. */
type Data<Type> = unknown extends Type ? [data?: Type] : [data: Type]

/** One service of the applications, as an emitter sees it. */
export interface EmitterService<Services = unknown, Path = string> {
  /** Neither waits nor throws for what happens to the event: see `sync-error`. Listeners get the data, and no hook context. */
  emit<Event extends ServiceEventName<Services, Path>>(
    event: Event,
    ...data: Data<ServiceEventData<Services, Path, Event>>
  ): void
}

/** Makes events of the services of Feathers applications, in a process that has no Feathers. */
export class Emitter<Services = unknown> {
  readonly adapter: SyncAdapter
  readonly #options: ResolvedOptions
  readonly #events = new EventEmitter()
  readonly #reporter = new Reporter(this.#events, 'emitter')
  readonly #counts = new Counts()
  readonly #policy: Policy
  readonly #encoder: Encoder
  readonly #session: Session
  #instrumented: Instrumented | undefined
  #closing: Promise<number> | undefined
  #isMissedReported = false

  constructor(options: ResolvedOptions) {
    const graph = graphOf(options)
    this.adapter = adapterOf(graph, options)
    this.#options = options
    this.#policy = new Policy(options.omit)
    const serializer = make(graph, Serializer)
    const session = new Session({
      adapter: this.adapter,
      options,
      counts: this.#counts,
      handlers: {
        deliver: () => {},
        plain: () => {},
        gap: () => {},
        nameIn: (payload, count) => nameIn(serializer, payload, count, options.wire),
        error: this.#reporter.error,
        status: (status) => this.#onStatus(status)
      },
      needsOthers: true
    })
    this.#session = session
    this.#encoder = new Encoder({
      serializer,
      wire: options.wire,
      origin: () => session.delivery.origin,
      send: (payload, count) => session.delivery.send(payload, count)
    })
    session.ready.catch(({ kind }: SyncError) => {
      if (kind !== 'timeout' && !this.#closing) {
        this.#isMissedReported = true // the reason was
        void this.close()
      }
    })
  }

  /** The adapter's name, as of `app.sync`. */
  get type(): string {
    return this.adapter.type
  }

  /** Resolves when the connection is proven; rejects as `app.sync.ready` does. May be left unawaited: events wait. */
  get ready(): Promise<void> {
    return this.#session.ready
  }

  get status(): SyncStatus {
    const { status } = this.#session
    return status === 'closed' && !this.#closing ? 'connecting' : status
  }

  stats(): SyncStats {
    const { delivery } = this.#session
    const { count: errors, countByKind: errorsByKind } = this.#reporter
    const waiting = this.status === 'closed' ? 0 : delivery.sender.waiting
    return statsOf(this.#counts, { waiting, delivery, errors, errorsByKind })
  }

  /** @throws TypeError where the path is not a name that a service can have */
  service<Path extends ServicePath<Services>>(path: Path): EmitterService<Services, Path> {
    if (typeof path !== 'string' || path === '')
      throw new TypeError("feathers-sync: service() takes the path of a service, such as 'messages'")
    const name = servicePath(path)
    return { emit: (event, ...[data]) => this.#emit({ event, path: name, data }) }
  }

  on<Event extends keyof EmitterEvents>(event: Event, listener: EmitterEvents[Event]): this {
    this.#events.on(event, listener)
    return this
  }

  off<Event extends keyof EmitterEvents>(event: Event, listener: EmitterEvents[Event]): this {
    this.#events.off(event, listener)
    return this
  }

  /** Has traces go on in the instances, as `app.sync.instrument` does. `undefined`: no longer. */
  instrument(instrumentation: Instrumentation | undefined): void {
    this.#instrumented = instrumentation && new Instrumented(instrumentation, this.#reporter.error)
  }

  /**
   * Waits until what was emitted has been sent, for which it awaits a connection: before a function is suspended, and now and then in
   * a loop that makes many events, as only so many can wait as the `history` option says. Never rejects.
   *
   * @param timeout in ms; `Infinity`: as long as it takes. Default: `closeTimeout`
   * @returns how many events are not known to have been sent by then; they go on waiting
   */
  async flush(timeout = this.#options.closeTimeout): Promise<number> {
    return this.#closing ?? this.#session.flush(timeout)
  }

  /**
   * Sends what waits, for which it awaits a connection, leaves the broker and closes what was opened, within `closeTimeout`.
   * Idempotent, never rejects.
   *
   * @returns how many of all its events could not be sent: they are reported as a `sync-error` as well
   */
  close(): Promise<number> {
    this.#closing ??= this.#session.close(this.#options.closeTimeout).then(() => this.#counts.lost)
    return this.#closing
  }

  #emit({ event, path, data }: SyncMessage): void {
    if (typeof event !== 'string' || event === '')
      throw new TypeError("feathers-sync: emit() takes the name of an event, such as 'created'")
    if (this.#closing) {
      this.#missed()
      return
    }
    const failed = (cause: unknown, text: string) =>
      this.#reporter.error(SyncError.from(cause, 'serialize', `feathers-sync: ${text}`))
    const lost = (cause: unknown) =>
      failed(cause, `'${path} ${event}' went without what could not be serialized`)
    try {
      const { sent } = this.#policy.record(data, lost)
      const message: SyncMessage = { event, path, data: sent }
      const trace = this.#instrumented?.send(message, undefined, undefined)
      if (trace) message.trace = trace
      this.#encoder.add(message, undefined, lost)
    } catch (cause) {
      this.#counts.lost += 1
      failed(cause, `could not serialize '${path} ${event}', it is not sent`)
    }
  }

  #missed(): void {
    this.#counts.lost += 1
    if (this.#isMissedReported) return
    this.#isMissedReported = true
    const text =
      'an event was emitted after the emitter had been closed: it is not sent, and neither are later ones'
    this.#reporter.error(new SyncError('closed', `feathers-sync: ${text}`))
  }

  #onStatus(status: SyncStatus): void {
    if (status === 'ready') this.#reporter.recovered('feathers-sync: the emitter is connected')
    if (status === 'closed') this.#reporter.closed()
    this.#reporter.emit('sync-status', status)
  }
}
