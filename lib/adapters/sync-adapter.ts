import createDebug from 'debug'
import { injectable } from 'inversify'
import { SyncError, type SyncErrorKind } from '../errors.js'
import { type AdapterHandlers, contained } from './adapter-handlers.js'
import type { AdapterOptions } from './adapter-options.js'
import { Backoff } from './backoff.js'
import type { SyncStatus } from './link.js'
import { redact } from './redact.js'
import { settledWithin } from './settled-within.js'

export type { AdapterHandlers, SyncStatus }

/** How long `close()` waits for the driver, in ms. */
export const CLOSE_TIMEOUT = 2000

/** Not recoverable by waiting. */
const PERMANENT: ReadonlySet<SyncErrorKind> = new Set(['driver', 'auth', 'options'])

/** From `connect()` to `close()`: what a driver still reports afterwards is recognized by it. */
interface Run {
  readonly handlers: AdapterHandlers
  readonly backoff: Backoff
  /** Of the current connection attempt, and of the connection that came of it. */
  attempt: AbortController
  closed: boolean
  /** `doConnect` has not resolved. */
  connecting: boolean
  wasReady: boolean
}

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
  #run: Run | undefined
  #status: SyncStatus = 'closed'
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
    return this.#status
  }

  /**
   * Connects and subscribes, and tries again until it works.
   *
   * @returns resolves when the subscription is live, however late that is; stays pending when `close()` comes first
   * @throws SyncError of kind `driver`, `auth` or `options`, for a permanent error; the adapter is closed then
   */
  async connect(handlers: AdapterHandlers): Promise<void> {
    if (this.#run) throw this.error('connect', 'is connected already: call close() first')
    const run: Run = {
      handlers: contained(handlers, (failure) =>
        this.error('listener', 'received a message, and its receiver threw', failure)
      ),
      backoff: new Backoff(),
      attempt: new AbortController(),
      closed: false,
      connecting: true,
      wasReady: false
    }
    this.#run = run
    this.#setStatus(run, 'connecting')
    await this.#closing
    await this.#connect(run)
  }

  /**
   * Sends one message to all instances. In the order of the calls; never waits for the broker to come back.
   *
   * @returns resolves when the driver has taken the message
   * @throws SyncError of kind `publish` (away, or the driver's refusal), `too-large` or `closed`
   */
  async publish(bytes: Uint8Array): Promise<void> {
    if (this.#status === 'closed') throw this.error('closed', 'is closed')
    if (this.#status !== 'ready') throw this.error('publish', 'is not connected')
    if (bytes.length > this.maxPayload) {
      throw this.error(
        'too-large',
        `takes messages of ${this.maxPayload} bytes, this one has ${bytes.length}`
      )
    }
    try {
      await this.doPublish(bytes)
    } catch (error) {
      throw this.error('publish', 'could not publish', error)
    }
  }

  /** Replaces a connection that was found to be dead. Does nothing before `connect()` has resolved. */
  reconnect(cause: Error): void {
    const run = this.#run
    if (!run || run.connecting) return
    this.#away(run, cause)
    this.#reconnect(run)
  }

  /** Leaves the broker, for good or until the next `connect()`. Idempotent; ends within 2 s and never rejects. */
  close(): Promise<void> {
    const run = this.#run
    if (run) {
      this.#run = undefined
      run.closed = true
      run.attempt.abort()
      run.backoff.cancel()
      this.#setStatus(run, 'closed')
      this.#closing = this.#closing.then(() => this.#quietlyClose())
    }
    return this.#closing
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

  /** For subclasses: the connection is gone, and the driver is trying to restore it. */
  protected away(cause?: unknown): void {
    const run = this.#run
    if (!run) return
    if (this.#status === 'ready') run.backoff.lost()
    this.#away(run, cause)
    // The driver would connect again at once, and again.
    if (!run.connecting && run.backoff.isFlapping) this.#reconnect(run)
  }

  /** For subclasses: the driver has restored the connection and the subscription. */
  protected back(): void {
    const run = this.#run
    if (run && !run.connecting && this.#status !== 'ready') this.#ready(run)
  }

  /**
   * For subclasses: the connection is gone and the driver has given up. The base closes it and connects anew. Does
   * nothing while `doConnect` is pending, which is to reject instead.
   */
  protected lost(cause?: unknown): void {
    const run = this.#run
    if (!run || run.connecting) return
    this.away(cause)
    if (!run.connecting) this.#reconnect(run)
  }

  /** For subclasses: something went wrong that `doPublish` can't reject with. */
  protected report(error: SyncError): void {
    this.#run?.handlers.error(error)
  }

  /** For subclasses: an error that names the adapter and where it connects to, without credentials. */
  protected error(kind: SyncErrorKind, text: string, cause?: unknown): SyncError {
    const where = this.options?.uri === undefined ? '' : ` at ${redact(this.options.uri)}`
    const message = `feathers-sync: the ${this.type} adapter${where} ${text}`
    return cause === undefined ? new SyncError(kind, message) : SyncError.from(cause, kind, message)
  }

  /** For subclasses: diagnostics, shown with `DEBUG=feathers-sync:<type>`. */
  protected debug(format: string, ...args: unknown[]): void {
    this.#debug ??= createDebug(`feathers-sync:${this.type}`)
    this.#debug(format, ...args)
  }

  #away(run: Run, cause: unknown): void {
    if (this.#status === 'ready') this.#setStatus(run, 'reconnecting')
    this.report(this.error('connect', 'is away', cause))
  }

  #ready(run: Run): void {
    run.backoff.ready()
    this.#setStatus(run, 'ready')
  }

  #reconnect(run: Run): void {
    this.#connect(run).catch((error) => run.handlers.error(error))
  }

  async #connect(run: Run): Promise<void> {
    run.connecting = true
    if (run.wasReady) {
      await this.#endAttempt(run)
      await run.backoff.wait() // a broker that accepts and drops connections must not keep us busy
    }
    while (!run.closed) {
      run.attempt = new AbortController()
      const { signal } = run.attempt
      try {
        await this.doConnect((bytes) => {
          if (!signal.aborted) run.handlers.receive(bytes)
        }, signal)
        if (signal.aborted) break
        run.connecting = false
        run.wasReady = true
        this.#ready(run)
        return
      } catch (error) {
        if (signal.aborted) break
        await this.#endAttempt(run)
        const failure = this.error('connect', 'could not connect', error)
        if (PERMANENT.has(failure.kind) && !run.wasReady) {
          await this.close()
          throw failure
        }
        run.handlers.error(failure)
        await run.backoff.wait(failure)
      }
    }
    await new Promise<never>(() => {}) // closed: the caller waits for a connection that won't come
  }

  async #endAttempt(run: Run): Promise<void> {
    run.attempt.abort()
    await this.#quietlyClose()
  }

  /** `doClose`, bounded: a broker that doesn't answer must not hold a process that wants to end. */
  async #quietlyClose(): Promise<void> {
    const close = async () => this.doClose() // may throw synchronously
    await settledWithin(
      CLOSE_TIMEOUT,
      close().catch((error) => this.debug('closing failed: %o', error))
    )
  }

  #setStatus(run: Run, status: SyncStatus): void {
    if (this.#status === status) return
    this.debug('%s', status)
    this.#status = status
    run.handlers.status(status)
  }
}
