import { isDeepStrictEqual } from 'node:util'
import type { Application } from '@feathersjs/feathers'
import { settledWithin } from '../adapters/settled-within.js'
import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import { Counts } from '../delivery/environment.js'
import type { PeerStats } from '../delivery/receive/peer.js'
import { SyncError } from '../errors.js'
import type { EventBridge } from '../feathers/event-bridge.js'
import type { SyncMessage } from '../message/message.js'
import type { ResolvedOptions } from './options.js'
import { OwnOrigins } from './own-origins.js'
import { Reporter } from './reporter.js'
import { leavingTime, Session, type SessionHandlers } from './session.js'

/** What `app.sync.stats()` tells, counted since `configure`. */
export interface SyncStats {
  events: {
    /** Taken by the driver, for the first time. */
    sent: number
    /** Retransmitted, because an instance or the broker may have missed them. */
    resent: number
    /** Came from other instances and were delivered here. */
    received: number
    /** Received again, and dropped. */
    duplicate: number
    /** Events of other instances that can't be recovered: the sum of the `sync-gap`s. */
    missed: number
    /** Wait for the broker now. */
    waiting: number
    /** Own events that were not sent: evicted from the history before, too large, or left over when it was closed. */
    lost: number
  }
  /** Messages handed to the broker, and those that came in: own ones too, where the broker echoes them. */
  frames: { sent: number; received: number }
  bytes: { sent: number; received: number }
  /** What can be retransmitted. */
  history: { events: number; bytes: number }
  /** The other instances that are there. */
  peers: PeerStats[]
  /** How many errors there were, including those that were only counted because they repeat. */
  errors: number
}

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
  /**
   * Sends what waits, for which it awaits a connection, leaves the broker and closes what was opened, within `closeTimeout`;
   * events are local only from then on. Idempotent, never rejects; `app.teardown()` calls it. A later `app.setup()` connects again.
   *
   * @returns how many events could not be sent: they are reported as a `sync-error` of kind `closed` as well
   */
  close(): Promise<number>
}

/** Options that are the same only if they are one object. */
const LIVE = new Set<string>(['container', 'redisClient', 'db', 'natsConnection', 'amqpConnection'])

/** One application's part in the sync: wires the bridge to the sessions on the adapter. */
export class AppSync implements Sync {
  readonly #options: ResolvedOptions
  readonly #bridge: EventBridge
  readonly #reporter: Reporter
  readonly #counts = new Counts()
  #session: Session | undefined
  /** The last session: closed ones still tell their stats. */
  #latest: Session | undefined
  readonly #origins = new OwnOrigins()
  #closing: Promise<number> = Promise.resolve(0)
  /** The session that is being closed. */
  #ending: Session | undefined
  /** The server goes on for longer than `closeTimeout` allows: what it makes is not sent any more. */
  #isLate = false

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
      isOpen: () => this.#accepts(),
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
    const { sent, resent, received, duplicate, missed, lost, ...counts } = this.#counts
    const delivery = this.#latest?.delivery
    const { events = 0, bytes = 0 } = delivery?.sender.history ?? {}
    return {
      events: {
        sent,
        resent,
        received,
        duplicate,
        missed,
        lost,
        waiting: this.#session?.delivery.sender.waiting ?? 0
      },
      frames: { sent: counts.framesSent, received: counts.framesReceived },
      bytes: { sent: counts.bytesSent, received: counts.bytesReceived },
      history: { events, bytes },
      peers: delivery?.receiver.peers.map((peer) => peer.stats) ?? [],
      errors: this.#reporter.count
    }
  }

  /** An option that these options have otherwise than those that it was configured by. */
  differenceTo(options: ResolvedOptions): string | undefined {
    return Object.keys({ ...this.#options, ...options }).find((name) =>
      LIVE.has(name)
        ? this.#options[name] !== options[name]
        : !isDeepStrictEqual(this.#options[name], options[name])
    )
  }

  /** Starts to connect, unless it has. Returns at once. */
  open(): void {
    if (this.#session) return
    this.#isLate = false
    const former = this.#latest?.delivery.receiver
    const resumes = this.#ending !== undefined
    const free = this.#closing.then(() => former && { receiver: former, resumes })
    const session: Session = new Session(
      this.adapter,
      this.#options,
      this.#counts,
      this.#handlers(() => this.#latest === session),
      this.#origins,
      free
    )
    this.#origins.add(session.delivery.origin)
    this.#session = this.#latest = session
    session.ready.catch((error: SyncError) => {
      // A permanent error: events are local only.
      if (error.kind !== 'timeout' && this.#session === session) void this.close()
    })
  }

  /** A session that is still closing receives until the next one has the adapter, which goes on from there. */
  #handlers(isLatest: () => boolean): SessionHandlers {
    const { error, gap } = this.#reporter
    return {
      deliver: (payload, count) => this.#bridge.receive(payload, count),
      plain: (bytes) => {
        if (this.#bridge.receivePlain(bytes)) this.#counts.received += 1
      },
      gap,
      error,
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
    const inTime = await settledWithin(closeTimeout - leavingTime(closeTimeout), ended)
    if (this.#session !== session) return // set up again meanwhile
    this.#isLate = !inTime
    await this.close(Math.max(0, closeTimeout - (performance.now() - start)))
  }

  async #end(session: Session, timeout: number): Promise<number> {
    const unsent = await session.close(timeout)
    if (this.#ending === session) this.#ending = undefined
    if (unsent === 0) return 0
    this.#counts.lost += unsent
    const text = `${unsent} ${unsent === 1 ? 'event' : 'events'} could not be sent before feathers-sync was closed`
    this.#reporter.error(new SyncError('closed', `feathers-sync: ${text} (within ${timeout.toFixed()} ms)`))
    return unsent
  }

  /** Whether events are sent, and those of others delivered. */
  #accepts(): boolean {
    if (this.#session) return true
    if (this.#isLate) this.#onLate()
    return false
  }

  /** Once: there may be many. */
  #onLate(): void {
    this.#isLate = false
    const text =
      'an event was made after feathers-sync had left, while the server was still closing: it is not sent'
    this.#reporter.error(new SyncError('closed', `feathers-sync: ${text}`))
  }

  #onStatus(status: SyncStatus): void {
    if (status === 'ready') this.#reporter.recovered(`feathers-sync: the ${this.type} adapter is connected`)
    if (status === 'closed') this.#reporter.closed()
    this.#reporter.emit('sync-status', status)
  }
}
