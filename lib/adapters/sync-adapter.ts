import createDebug from 'debug'
import { injectable } from 'inversify'
import { SyncError, type SyncErrorKind } from '../errors.js'
import type { ResolvedOptions } from '../sync/options.js'
import { type AdapterHandlers, contained } from './adapter-handlers.js'
import { Backoff } from './backoff.js'
import type { SyncStatus } from './link.js'
import { redact } from './redact.js'

export type { AdapterHandlers, SyncStatus }

/** How long `close()` waits for the driver, in ms. */
export const CLOSE_TIMEOUT = 2000

/** What waiting doesn't mend. */
const FINAL: ReadonlySet<SyncErrorKind> = new Set(['driver', 'auth', 'options'])

/** One connection, from `connect()` to `close()`: what a driver still reports afterwards is recognised by it. */
interface Session {
  readonly handlers: AdapterHandlers
  readonly backoff: Backoff
  dial: number
  open: boolean
  /** `doConnect` has not resolved. */
  dialing: boolean
  wasReady: boolean
}

/**
 * Moves bytes between the instances, over one broker. It knows neither the application nor its events.
 *
 * The public methods guard; a subclass writes the three abstract ones, which do the I/O and nothing else, and
 * reports what its driver tells by `away()`, `back()` and `lost()`. A subclass has no constructor arguments:
 * its options are in `this.options` before `doConnect` is called.
 */
@injectable()
export abstract class SyncAdapter {
  /** A name for people: `app.sync.type`. */
  abstract readonly type: string

  /** The options given to `sync()`, with defaults; set before `doConnect` is called. */
  options!: ResolvedOptions

  #debug: createDebug.Debugger | undefined
  #session: Session | undefined
  #status: SyncStatus = 'closed'
  #closing: Promise<void> = Promise.resolve()

  /** The largest message the broker takes, in bytes; larger ones are refused before the driver sees them. */
  get maxPayload(): number {
    return Number.POSITIVE_INFINITY
  }

  /**
   * Does what is published come back to its publisher? Then a connection that only looks alive is noticed, and made anew;
   * a subclass whose broker does so overrides this.
   */
  readonly echoes: boolean = false

  get status(): SyncStatus {
    return this.#status
  }

  /**
   * Connects and subscribes, and tries again until it works.
   *
   * @returns resolves when the subscription is live, however late that is; stays pending when `close()` comes first
   * @throws SyncError of kind `driver`, `auth` or `options`, which waiting doesn't mend; the adapter is closed then
   */
  async connect(handlers: AdapterHandlers): Promise<void> {
    if (this.#session) throw this.error('connect', 'is connected already: call close() first')
    const session: Session = {
      handlers: contained(handlers, (failure) =>
        this.error('listener', 'received a message, and its receiver threw', failure)
      ),
      backoff: new Backoff(),
      dial: 0,
      open: true,
      dialing: true,
      wasReady: false
    }
    this.#session = session
    this.#setStatus(session, 'connecting')
    await this.#closing
    await this.#dial(session)
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

  /** Closes the connection and makes a new one, where `connect()` has resolved: for who has found that it is dead. */
  reconnect(cause: Error): void {
    this.lost(cause)
  }

  /** Leaves the broker, for good or until the next `connect()`. Idempotent; ends within 2 s and never rejects. */
  close(): Promise<void> {
    const session = this.#session
    if (session) {
      this.#session = undefined
      session.open = false
      session.backoff.cancel()
      this.#setStatus(session, 'closed')
      this.#closing = this.#closing.then(() => this.#quietlyClose())
    }
    return this.#closing
  }

  /**
   * Opens the connection and subscribes to `this.options.key`; every message of that key goes to `receive`.
   *
   * - Resolves when the subscription is live: a message published afterwards, by anyone, is received.
   * - Where the driver reconnects by itself: let it, restore the one subscription, and call `away()` and `back()`.
   *   It may stay pending while the broker is absent. Where it doesn't: reject, and the base dials again.
   * - Rejects with a SyncError of kind `driver`, `auth` or `options` (`this.error(…)`) for what waiting doesn't mend.
   * - May be called again after `doClose`.
   */
  protected abstract doConnect(receive: (bytes: Uint8Array) => void): Promise<void>

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
    const session = this.#session
    if (!session) return
    if (this.#status === 'ready') this.#setStatus(session, 'reconnecting')
    this.report(this.error('connect', 'is away', cause))
  }

  /** For subclasses: the driver has restored the connection and the subscription. */
  protected back(): void {
    const session = this.#session
    if (session && !session.dialing) this.#setStatus(session, 'ready')
  }

  /**
   * For subclasses: the connection is gone and the driver has given up. The base closes it and connects anew. Does
   * nothing while `doConnect` is pending, which is to reject instead.
   */
  protected lost(cause?: unknown): void {
    const session = this.#session
    if (!session || session.dialing) return
    this.away(cause)
    this.#dial(session).catch((error) => session.handlers.error(error))
  }

  /** For subclasses: something went wrong that `doPublish` can't reject with. */
  protected report(error: SyncError): void {
    this.#session?.handlers.error(error)
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

  async #dial(session: Session): Promise<void> {
    const dial = ++session.dial
    session.dialing = true
    const current = () => session.open && session.dial === dial
    if (session.wasReady) {
      await this.#quietlyClose()
      await session.backoff.wait() // a broker that takes us and drops us again must not keep us busy
    }
    while (current()) {
      try {
        await this.doConnect((bytes) => {
          if (current()) session.handlers.receive(bytes)
        })
        if (!current()) break
        session.backoff.reset()
        session.dialing = false
        session.wasReady = true
        this.#setStatus(session, 'ready')
        return
      } catch (error) {
        if (!current()) break
        await this.#quietlyClose()
        const failure = this.error('connect', 'could not connect', error)
        const final = FINAL.has(failure.kind)
        if (final && !session.wasReady) {
          await this.close()
          throw failure
        }
        session.handlers.error(failure)
        await session.backoff.wait()
      }
    }
    await new Promise<never>(() => {}) // superseded: whoever waits, waits for a connection that won't come
  }

  /** `doClose`, bounded: a broker that doesn't answer must not hold a process that wants to end. */
  async #quietlyClose(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT)
    })
    try {
      await Promise.race([this.doClose(), timeout])
    } catch (error) {
      this.debug('closing failed: %o', error)
    } finally {
      clearTimeout(timer)
    }
  }

  #setStatus(session: Session, status: SyncStatus): void {
    if (this.#status === status) return
    this.debug('%s', status)
    this.#status = status
    session.handlers.status(status)
  }
}
