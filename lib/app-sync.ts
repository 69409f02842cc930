import type { Application } from '@feathersjs/feathers'
import type { SyncAdapter, SyncStatus } from './adapters/sync-adapter.js'
import { newOrigin } from './delivery/frame.js'
import { Inbox } from './delivery/inbox.js'
import { Outbox } from './delivery/outbox.js'
import { SyncError } from './errors.js'
import type { EventBridge } from './event-bridge.js'
import type { SyncMessage } from './message.js'
import type { ResolvedOptions } from './options.js'
import { Reporter } from './reporter.js'

/** What `app.sync.stats()` tells, counted since `configure`. */
export interface SyncStats {
  events: {
    /** Handed to the broker. */
    sent: number
    /** Came from other instances and were delivered here. */
    received: number
    /** Wait for the broker now. */
    waiting: number
    /** Never left: refused by the broker, or dropped because too many waited. */
    lost: number
  }
  /** Bytes of the messages handed to the broker, and of those that came in: own ones too, where the broker echoes them. */
  bytes: { sent: number; received: number }
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
   */
  close(): Promise<void>
}

/** How long `close()` waits for the driver to take what was sent, in ms. */
const FLUSH_TIMEOUT = 1000

/** One application's part in the sync: wires the bridge to the adapter, and back. */
export class AppSync implements Sync {
  readonly #bridge: EventBridge
  readonly #reporter: Reporter
  readonly #outbox: Outbox
  readonly #inbox: Inbox
  readonly #received = { events: 0, bytes: 0 }
  /** From `open()` to `close()`; aborted by the latter. */
  #session: AbortController | undefined
  #ready: Promise<void> = Promise.resolve()
  #closing: Promise<void> = Promise.resolve()

  constructor(
    app: Application,
    readonly options: ResolvedOptions,
    readonly adapter: SyncAdapter,
    bridge: EventBridge
  ) {
    const origin = newOrigin()
    this.#bridge = bridge
    this.#reporter = new Reporter(app)
    const { error } = this.#reporter
    this.#outbox = new Outbox(adapter, origin, error)
    this.#inbox = new Inbox(origin, (payload) => this.#deliver(payload), error)
    bridge.attach(app, {
      options,
      isOpen: () => this.#session !== undefined,
      send: (payload) => this.#outbox.send(payload),
      error
    })
  }

  get type(): string {
    return this.adapter.type
  }

  get ready(): Promise<void> {
    return this.#ready
  }

  get status(): SyncStatus {
    const { status } = this.adapter
    return this.#session && status === 'closed' ? 'connecting' : status
  }

  readonly serialize = (message: SyncMessage): string | Uint8Array =>
    this.#bridge.serializer.serialize(message)
  readonly deserialize = (bytes: Buffer): SyncMessage => this.#bridge.serializer.deserialize(bytes)

  stats(): SyncStats {
    const { counts, waiting } = this.#outbox
    return {
      events: { sent: counts.events, received: this.#received.events, waiting, lost: counts.lost },
      bytes: { sent: counts.bytes, received: this.#received.bytes },
      errors: this.#reporter.count
    }
  }

  /** Starts to connect, unless it has. Returns at once. */
  open(): void {
    if (this.#session) return
    const session = new AbortController()
    this.#session = session
    this.#ready = this.#closing.then(() => this.#connect(session.signal))
    this.#ready.catch(() => {}) // the reason has been reported
  }

  close(): Promise<void> {
    if (this.#session) {
      this.#session.abort()
      this.#session = undefined
      this.#closing = this.#closing.then(() => this.#close())
    }
    return this.#closing
  }

  #connect(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (signal.aborted) return // closed before it began: stays pending
      const fail = (error: SyncError) => {
        this.#reporter.error(error)
        reject(error)
      }
      const { connectTimeout } = this.options
      let timer: NodeJS.Timeout | undefined
      if (connectTimeout !== undefined) {
        const text = `feathers-sync: the ${this.type} adapter has not connected within ${connectTimeout} ms, it goes on trying`
        timer = setTimeout(() => fail(new SyncError('timeout', text)), connectTimeout)
      }
      const stopWaiting = () => clearTimeout(timer)
      signal.addEventListener('abort', stopWaiting, { once: true })
      this.adapter
        .connect({
          receive: (bytes) => this.#receive(bytes),
          error: this.#reporter.error,
          status: (status) => this.#onStatus(status)
        })
        .then(resolve, (error) => {
          this.#session = undefined // waiting doesn't mend it: events are local only
          fail(SyncError.from(error, 'connect', 'feathers-sync: could not connect'))
        })
        .finally(stopWaiting)
    })
  }

  async #close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_TIMEOUT)
    })
    await Promise.race([this.#outbox.flush(), timeout])
    clearTimeout(timer)
    await this.adapter.close()
  }

  #onStatus(status: SyncStatus): void {
    if (status === 'ready') {
      this.#reporter.recovered(`feathers-sync: the ${this.type} adapter is connected`)
      this.#outbox.resume()
    }
    this.#reporter.emit('sync-status', status)
  }

  #receive(bytes: Uint8Array): void {
    this.#received.bytes += bytes.length
    this.#inbox.receive(bytes)
  }

  #deliver(payload: Uint8Array): void {
    this.#received.events += 1
    this.#bridge.receive(payload)
  }
}
