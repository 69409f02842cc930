import type { Application } from '@feathersjs/feathers'
import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import { Counts } from '../delivery/environment.js'
import type { PeerStats } from '../delivery/receive/peer.js'
import type { SyncError } from '../errors.js'
import type { EventBridge } from '../feathers/event-bridge.js'
import type { SyncMessage } from '../message/message.js'
import type { ResolvedOptions } from './options.js'
import { Reporter } from './reporter.js'
import { Session } from './session.js'

/** What `app.sync.stats()` tells, counted since `configure`. */
export interface SyncStats {
  events: {
    /** Taken by the driver, for the first time. */
    sent: number
    /** Sent again, because an instance or the broker may have missed them. */
    resent: number
    /** Came from other instances and were delivered here. */
    received: number
    /** Came once more, and were dropped. */
    duplicate: number
    /** Other instances' events that can't be had any more: the sum of the `sync-gap`s. */
    missed: number
    /** Wait for the broker now. */
    waiting: number
    /** Own events that went out of the history before they were sent. */
    lost: number
  }
  /** Messages handed to the broker, and those that came in: own ones too, where the broker echoes them. */
  frames: { sent: number; received: number }
  bytes: { sent: number; received: number }
  /** What can be sent again. */
  history: { events: number; bytes: number }
  /** The other instances that are there. */
  peers: PeerStats[]
  /** How many `sync-error`s there were. */
  errors: number
}

/** `app.sync`. */
export interface Sync {
  /** The adapter's name: `redis`, `amqp`, `nats`, `ipc`, or a custom one. */
  readonly type: string
  /**
   * Resolves when the subscription is live at the broker, however late that is. Rejects with a SyncError for what
   * waiting doesn't mend (`driver`, `auth`), and after `connectTimeout`. May be left unawaited.
   */
  readonly ready: Promise<void>
  readonly status: SyncStatus
  readonly adapter: SyncAdapter
  serialize(message: SyncMessage): string | Uint8Array
  deserialize(bytes: Buffer): SyncMessage
  stats(): SyncStats
  /**
   * Flushes, leaves the broker and closes what was opened, within 3 s; events are local only from then on. Idempotent,
   * never rejects; `app.teardown()` calls it. A later `app.setup()` connects again.
   *
   * @returns how many events could not be sent
   */
  close(): Promise<number>
}

/** One application's part in the sync: wires the bridge to the sessions on the adapter. */
export class AppSync implements Sync {
  readonly #options: ResolvedOptions
  readonly #bridge: EventBridge
  readonly #reporter: Reporter
  readonly #counts = new Counts()
  #session: Session | undefined
  /** The last session: closed ones still tell their stats. */
  #latest: Session | undefined
  #closing: Promise<number> = Promise.resolve(0)

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
    const { status } = this.adapter
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

  /** Was it configured by options that come to the same? */
  isOf(options: ResolvedOptions): boolean {
    const names = ['adapter', 'uri', 'key', 'redisClient', 'db'] as const
    return names.every((name) => this.#options[name] === options[name])
  }

  /** Starts to connect, unless it has. Returns at once. */
  open(): void {
    if (this.#session) return
    const { error, gap } = this.#reporter
    const handlers = {
      deliver: (payload: Uint8Array, count: number) => this.#bridge.receive(payload, count),
      plain: (bytes: Uint8Array) => this.#bridge.receivePlain(bytes),
      gap,
      proven: () => {},
      error,
      status: (status: SyncStatus) => this.#onStatus(status)
    }
    const free = this.#closing.then(() => {})
    const session = new Session(this.adapter, this.#options, this.#counts, handlers, free)
    this.#session = this.#latest = session
    session.ready.catch((error: SyncError) => {
      // What waiting doesn't mend: events are local only.
      if (error.kind !== 'timeout' && this.#session === session) void this.close()
    })
  }

  close(): Promise<number> {
    const session = this.#session
    if (session) {
      this.#bridge.flush()
      this.#session = undefined
      this.#closing = this.#closing.then(() => session.close())
    }
    return this.#closing
  }

  #onStatus(status: SyncStatus): void {
    if (status === 'ready') this.#reporter.recovered(`feathers-sync: the ${this.type} adapter is connected`)
    this.#reporter.emit('sync-status', status)
  }
}
