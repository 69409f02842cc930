import createDebug from 'debug'
import { injectable } from 'inversify'
import { SyncError, type SyncErrorKind } from '../errors.js'
import { type AdapterHandlers, contained } from './adapter-handlers.js'
import type { AdapterOptions } from './adapter-options.js'
import { Connection } from './connection.js'
import type { SyncStatus } from './link.js'
import { redact } from './redact.js'
import { Secrets } from './secrets.js'
import type { ServerInfo } from './server-info.js'

export type { AdapterHandlers, ServerInfo, SyncStatus }

/**
 * Moves bytes between the instances, over one broker. It knows neither the application nor its events.
 *
 * The public methods guard; a subclass writes the three abstract ones, which do the I/O and nothing else, and
 * reports its driver's events by `away()`, `back()` and `lost()`. A subclass has no constructor arguments:
 * its options are in `this.options` before `doConnect` is called.
 */
@injectable()
export abstract class SyncAdapter {
  /** A name for people: `app.sync.type`. */
  abstract readonly type: string

  /** The options given to `sync()`, with defaults; set before `doConnect` is called. */
  options!: AdapterOptions

  #debug: createDebug.Debugger | undefined
  #secrets: { of: AdapterOptions; are: Secrets } | undefined
  #connection: Connection | undefined
  #closing: Promise<void> = Promise.resolve()

  /** The largest message the broker takes, in bytes; larger ones are refused before the driver sees them. */
  get maxPayload(): number {
    return Number.POSITIVE_INFINITY
  }

  /**
   * Whether a published message is also delivered to its publisher; a subclass whose broker does so overrides this. Then a
   * dead connection that looks alive is noticed and replaced.
   */
  readonly echoes: boolean = false

  get status(): SyncStatus {
    return this.#connection?.status ?? 'closed'
  }

  /** The broker takes no messages for now, and has said so. Nothing can be concluded from own messages that don't come back. */
  get isBlocked(): boolean {
    return this.#connection?.isBlocked ?? false
  }

  /**
   * Connects and subscribes, and tries again until it works.
   *
   * @returns resolves when the subscription is live, however late that is; stays pending when `close()` comes first
   * @throws SyncError of kind `driver`, `auth` or `options`, for a permanent error; the adapter is closed then
   */
  async connect(handlers: AdapterHandlers): Promise<void> {
    if (this.#connection) throw this.error('connect', 'is connected already: call close() first')
    const driver = {
      connect: (receive: (bytes: Uint8Array) => void, signal: AbortSignal) => this.doConnect(receive, signal),
      close: () => this.doClose(),
      quiet: () => this.quietReason,
      pause: () => this.retryPause,
      error: (kind: SyncErrorKind, text: string, cause?: unknown) => this.error(kind, text, cause),
      debug: (format: string, ...args: unknown[]) => this.debug(format, ...args)
    }
    const failed = (failure: unknown) =>
      this.error('listener', 'received a message, and its receiver threw', failure)
    const connection = new Connection(driver, contained(handlers, failed))
    this.#connection = connection
    try {
      await connection.open(this.#closing)
    } catch (error) {
      if (this.#connection === connection) await this.close()
      throw error
    }
  }

  /**
   * Sends one message to all instances. In the order of the calls; never waits for the broker to come back.
   *
   * @returns resolves when the driver has taken the message
   * @throws SyncError of kind `publish` (away, or the driver's refusal), `too-large` or `closed`
   */
  async publish(bytes: Uint8Array): Promise<void> {
    if (this.status === 'closed') throw this.error('closed', 'is closed')
    if (this.status !== 'ready') throw this.error('publish', 'is not connected')
    if (bytes.length > this.maxPayload) {
      throw this.error(
        'too-large',
        `takes messages of ${this.maxPayload} bytes, this one has ${bytes.length}`
      )
    }
    if (this.isBlocked) await this.#connection?.unblocked()
    try {
      await this.doPublish(bytes)
    } catch (error) {
      throw this.error('publish', 'could not publish', error)
    }
  }

  /** Replaces a connection that was found to be dead. Does nothing before `connect()` has resolved. */
  reconnect(cause: Error): void {
    this.#connection?.replace(cause)
  }

  /** Leaves the broker, for good or until the next `connect()`. Idempotent; ends within 2 s and never rejects. */
  close(): Promise<void> {
    const connection = this.#connection
    if (connection) {
      this.#connection = undefined
      connection.end()
      this.#closing = this.#closing.then(() => connection.closeDriver())
    }
    return this.#closing
  }

  /**
   * What the broker says of itself, while connected: for people. A subclass whose broker can be asked overrides this.
   *
   * @throws what the driver throws where the connection is lost meanwhile
   */
  async serverInfo(): Promise<ServerInfo> {
    return { product: this.type, notes: [] }
  }

  /**
   * Opens the connection and subscribes to `this.options.key`; every message of that key goes to `receive`.
   *
   * - Resolves when the subscription is live: a message published afterwards, by anyone, is received.
   * - Where the driver reconnects by itself: let it, restore the one subscription, and call `away()` and `back()`.
   *   It may stay pending while the broker is absent. Where it doesn't: reject, and it is called again after a pause.
   * - Rejects with a SyncError of kind `driver`, `auth` or `options` (`this.error(…)`) for a permanent error.
   * - `signal` is aborted when this attempt, or the connection that came of it, is over, before `doClose` is called: check
   *   it after each `await`, and close what was opened late.
   * - May be called again after `doClose`.
   */
  protected abstract doConnect(receive: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void>

  /**
   * Hands one message to the driver, at once and in the order of the calls, and resolves when that, or the broker, has
   * taken it; `doClose` settles what is pending. Never retries, never queues: rejects what can't be sent now. Not called
   * while away or closed.
   */
  protected abstract doPublish(bytes: Uint8Array): Promise<void>

  /**
   * Closes what `doConnect` opened, and nothing that the user handed in. Called in every state, also while
   * `doConnect` is pending, which it ends, and after it failed. No message is received and no timer or socket
   * is left when it resolves.
   */
  protected abstract doClose(): Promise<void>

  /**
   * For subclasses: the connection is gone, and the driver is trying to restore it. Where that happens again and again, the
   * base class closes it and connects after a pause.
   */
  protected away(cause?: unknown): void {
    this.#connection?.away(cause)
  }

  /** For subclasses: the driver has restored the connection and the subscription. */
  protected back(): void {
    this.#connection?.back()
  }

  /**
   * For subclasses: the connection is gone and the driver has given up. The base closes it and connects anew. Does
   * nothing while `doConnect` is pending, which is to reject instead.
   */
  protected lost(cause?: unknown): void {
    this.#connection?.lost(cause)
  }

  /** For subclasses: where they connect to, for people, if that is not what `uri` says. Its credentials are left out. */
  protected get place(): string | readonly string[] | undefined {
    return this.options?.uri
  }

  /** For subclasses: what may be the reason where the driver says nothing for long while it connects, and what to check. */
  protected get quietReason(): string {
    return 'nothing has answered yet. Is that the right server, and its port?'
  }

  /** For subclasses whose user wants a constant pause between attempts, in ms, in place of growing ones. */
  protected get retryPause(): number | undefined {
    return undefined
  }

  /** For subclasses: the broker has announced that it takes no messages for now. `publish()` waits until `unblocked()`. */
  protected blocked(cause?: unknown): void {
    this.#connection?.block(cause)
  }

  /** For subclasses: the broker takes messages again. */
  protected unblocked(): void {
    this.#connection?.unblock()
  }

  /** For subclasses: something went wrong that `doPublish` can't reject with. */
  protected report(error: SyncError): void {
    this.#connection?.report(this.#hidden.value(error))
  }

  /** For subclasses: credentials that aren't in the options, under the names that they have there. No error or debug line shows them. */
  protected hide(credentials: object): void {
    this.#hidden.add(credentials)
  }

  /** For subclasses: an error that names the adapter and where it connects to, without credentials, whatever `cause` says. */
  protected error(kind: SyncErrorKind, text: string, cause?: unknown): SyncError {
    const { place } = this
    const where = place === undefined ? '' : ` at ${redact(place)}`
    const message = `feathers-sync: the ${this.type} adapter${where} ${this.#hidden.text(text)}`
    if (cause === undefined) return new SyncError(kind, message)
    return SyncError.from(this.#hidden.value(cause), kind, message)
  }

  /** For subclasses: diagnostics, shown with `DEBUG=feathers-sync:<type>`, without credentials. */
  protected debug(format: string, ...args: unknown[]): void {
    this.#debug ??= createDebug(`feathers-sync:${this.type}`)
    if (this.#debug.enabled) this.#debug(format, ...args.map((value) => this.#hidden.value(value)))
  }

  get #hidden(): Secrets {
    const { options } = this
    if (this.#secrets?.of !== options) this.#secrets = { of: options, are: new Secrets(options) }
    return this.#secrets.are
  }
}
