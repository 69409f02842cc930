import type { Application } from '@feathersjs/feathers'
import createDebug from 'debug'
import { settledWithin } from '../adapters/settled-within.js'
import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import { Counts } from '../delivery/environment.js'
import { SyncError } from '../errors.js'
import type { EventBridge } from '../feathers/event-bridge.js'
import type { Instrumentation } from '../message/instrumentation.js'
import type { SyncMessage } from '../message/message.js'
import { conditionOf } from './condition.js'
import { counted } from './counted.js'
import { difference } from './difference.js'
import { Health, type SyncHealth } from './health.js'
import type { ResolvedOptions } from './options.js'
import { OwnOrigins } from './own-origins.js'
import { Reporter } from './reporter.js'
import { leavingTime, Session, type SessionHandlers } from './session.js'
import { type SyncStats, statsOf } from './stats.js'

const debug = createDebug('feathers-sync:events')

/** `app.sync`. */
export interface Sync {
  /** The adapter's name: `redis`, `amqp`, `nats`, `ipc`, or a custom one. */
  readonly type: string
  /**
   * Resolves when the connection is proven, however late that is: an own message has come back, where the broker echoes. Rejects
   * with a SyncError for a permanent error (`driver`, `auth`, `options`), after `connectTimeout` (`timeout`), and when closed
   * before (`closed`). May be left unawaited.
   */
  readonly ready: Promise<void>
  readonly status: SyncStatus
  readonly adapter: SyncAdapter
  serialize(message: SyncMessage): string | Uint8Array
  deserialize(bytes: Buffer): SyncMessage
  stats(): SyncStats
  /** Whether clients should come to this instance, for a readiness probe, and what there is to say. Never throws, at any time. */
  health(): SyncHealth
  /**
   * Has traces go on in other instances: `instrumentation` is called for each event that is sent, and around the listeners of each
   * that is received, from now on. It replaces the one before; `undefined` removes it.
   */
  instrument(instrumentation: Instrumentation | undefined): void
  /**
   * Sends what waits, for which it awaits a connection, leaves the broker and closes what was opened, within `closeTimeout`;
   * events are local only from then on. Idempotent, never rejects; `app.teardown()` calls it. A later `app.setup()` connects again.
   *
   * @returns how many events could not be sent: they are reported as a `sync-error` of kind `closed` as well
   */
  close(): Promise<number>
}

/** One application's part in the sync: wires the bridge to the sessions on the adapter. */
export class AppSync implements Sync {
  readonly #options: ResolvedOptions
  readonly #bridge: EventBridge
  readonly #reporter: Reporter
  readonly #counts = new Counts()
  readonly #health = new Health()
  #session: Session | undefined
  /** The last session: closed ones still tell their stats. */
  #latest: Session | undefined
  readonly #origins = new OwnOrigins()
  #closing: Promise<number> = Promise.resolve(0)
  /** The session that is being closed. */
  #ending: Session | undefined
  /** The session after which `app.teardown()` waits for the end of the server. */
  #leaving: Session | undefined
  /** Whether events that are made while it is closed were reported: one report tells of all. */
  #areMissedReported = false

  constructor(
    app: Application,
    options: ResolvedOptions,
    readonly adapter: SyncAdapter,
    bridge: EventBridge
  ) {
    this.#options = options
    this.#bridge = bridge
    this.#reporter = new Reporter(app)
    bridge.attach(app, {
      options,
      isOpen: () => this.#session !== undefined,
      missed: () => this.#onMissed(),
      unsent: () => {
        this.#counts.lost += 1
      },
      ignored: () => {
        this.#counts.ignored += 1
      },
      isOwn: (origin) => this.#origins.has(origin),
      origin: () => this.#session?.delivery.origin,
      send: (payload, count) => this.#session?.delivery.send(payload, count),
      error: this.#reporter.error
    })
  }

  get type(): string {
    return this.adapter.type
  }

  get ready(): Promise<void> {
    return this.#latest?.ready ?? Promise.resolve()
  }

  get status(): SyncStatus {
    const status = this.#latest?.status ?? 'closed'
    return this.#session && status === 'closed' ? 'connecting' : status
  }

  readonly serialize = (message: SyncMessage): string | Uint8Array =>
    this.#bridge.serializer.serialize(message)
  readonly deserialize = (bytes: Buffer): SyncMessage => this.#bridge.serializer.deserialize(bytes)

  stats(): SyncStats {
    const waiting = this.#session?.delivery.sender.waiting ?? 0
    const { count: errors, countByKind: errorsByKind } = this.#reporter
    return statsOf(this.#counts, { waiting, delivery: this.#latest?.delivery, errors, errorsByKind })
  }

  instrument(instrumentation: Instrumentation | undefined): void {
    this.#bridge.instrument(instrumentation)
  }

  health(): SyncHealth {
    const condition = conditionOf({
      status: this.status,
      adapter: this.adapter,
      options: this.#options,
      counts: this.#counts,
      session: this.#session,
      latest: this.#latest,
      leaving: this.#leaving
    })
    return this.#health.report(condition)
  }

  /** An option that these options have otherwise than those that it was configured by. */
  differenceTo(options: ResolvedOptions): string | undefined {
    return difference(this.#options, options)
  }

  /** Starts to connect, unless it has. Returns at once. */
  open(): void {
    if (this.#session) return
    this.#areMissedReported = false
    const former = this.#latest?.delivery.receiver
    const resumes = this.#ending !== undefined
    const free = this.#closing.then(() => former && { receiver: former, resumes })
    const session: Session = new Session({
      adapter: this.adapter,
      options: this.#options,
      counts: this.#counts,
      handlers: this.#handlers(() => this.#latest === session),
      formerOrigins: this.#origins,
      before: free
    })
    this.#origins.add(session.delivery.origin)
    this.#session = this.#latest = session
    this.#health.opened()
    this.#health.changed(this.status, this.#counts.overflowed)
    session.ready.catch((error: SyncError) => {
      // A permanent error: events are local only.
      if (error.kind === 'timeout' || this.#session !== session) return
      this.#areMissedReported = true // the reason was
      this.#health.gaveUp(error)
      void this.close()
    })
  }

  /** A session that is still closing receives until the next one has the adapter, which goes on from there. */
  #handlers(isLatest: () => boolean): SessionHandlers {
    const { gap } = this.#reporter
    return {
      deliver: (payload, count) => this.#bridge.receive(payload, count),
      plain: (bytes) => {
        if (this.#bridge.receivePlain(bytes)) this.#counts.received += 1
      },
      nameIn: (payload, count) => this.#bridge.nameIn(payload, count),
      untaken: (count) => {
        if (debug.enabled) debug("not delivered: %s, as `mode` is 'send'", counted(count))
      },
      gap,
      error: (error) => {
        if (isLatest()) this.#health.failed(error)
        this.#reporter.error(error)
      },
      status: (status) => {
        if (isLatest()) this.#onStatus(status)
      }
    }
  }

  close(timeout = this.#options.closeTimeout): Promise<number> {
    const session = this.#session
    if (session) {
      this.#bridge.flush()
      this.#session = undefined
      this.#health.changed(this.status, this.#counts.overflowed) // of one that has not begun, nothing else tells
      this.#ending = session
      this.#closing = this.#closing.then(() => this.#end(session, timeout))
    }
    return this.#closing
  }

  /**
   * For `app.teardown()`: what the server makes until it has ended is sent, for as long as `closeTimeout` allows.
   *
   * @param ended settles when the server has ended, which an open websocket can delay for ever
   */
  async leave(ended: Promise<unknown>): Promise<void> {
    const { closeTimeout } = this.#options
    const session = this.#session
    const start = performance.now()
    session?.prepareToLeave()
    this.#leaving = session
    await settledWithin(closeTimeout - leavingTime(closeTimeout), ended)
    if (this.#session !== session) return // set up again meanwhile
    await this.close(Math.max(0, closeTimeout - (performance.now() - start)))
  }

  async #end(session: Session, timeout: number): Promise<number> {
    const unsent = await session.close(timeout)
    if (this.#ending === session) this.#ending = undefined
    return unsent
  }

  /** A call was still under way when it was closed, such as one over a websocket. */
  #onMissed(): void {
    this.#counts.lost += 1
    if (this.#areMissedReported) return
    this.#areMissedReported = true
    const text =
      'an event was made after feathers-sync had been closed: it is not sent, and neither are later ones'
    this.#reporter.error(new SyncError('closed', `feathers-sync: ${text} (counted in stats().events.lost)`))
  }

  #onStatus(status: SyncStatus): void {
    this.#health.changed(this.status, this.#counts.overflowed)
    if (status === 'ready') this.#reporter.recovered(`feathers-sync: the ${this.type} adapter is connected`)
    if (status === 'closed') this.#reporter.closed()
    this.#reporter.status(status)
  }
}
