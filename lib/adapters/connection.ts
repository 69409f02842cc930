import type { SyncError, SyncErrorKind } from '../errors.js'
import type { AdapterHandlers } from './adapter-handlers.js'
import { Backoff } from './backoff.js'
import type { SyncStatus } from './link.js'
import { settledWithin } from './settled-within.js'

/** How long `close()` waits for the driver, in ms. */
export const CLOSE_TIMEOUT = 2000

/** After how long something is said of an attempt that has neither ended nor said anything, in ms: drivers take 5 s. */
const QUIET = 6000

/** Not recoverable by waiting. */
const PERMANENT: ReadonlySet<SyncErrorKind> = new Set(['driver', 'auth', 'options'])

/** The adapter's own part. */
interface Driver {
  connect(receive: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void>
  close(): Promise<void>
  /** Why nothing may have happened, for people. */
  quiet(): string
  /** A constant pause between attempts, in ms, in place of growing ones. */
  pause(): number | undefined
  error(kind: SyncErrorKind, text: string, cause?: unknown): SyncError
  debug(format: string, ...args: unknown[]): void
}

/** Keeps an adapter connected, from `connect()` to `close()`: attempts, pauses and status. */
export class Connection {
  readonly #driver: Driver
  readonly #handlers: AdapterHandlers
  readonly #backoff = new Backoff()
  #status: SyncStatus = 'closed'
  /** Of the current attempt, and of the connection that came of it. */
  #attempt = new AbortController()
  #closed = false
  /** `doConnect` has not resolved. */
  #connecting = true
  /** Something was reported of the current attempt. */
  #hasSpoken = false
  #wasReady = false
  /** Those who wait until the broker takes messages again; undefined while it does. */
  #blocked: Set<{ resolve(): void; reject(error: SyncError): void }> | undefined

  constructor(driver: Driver, handlers: AdapterHandlers) {
    this.#driver = driver
    this.#handlers = handlers
  }

  get status(): SyncStatus {
    return this.#status
  }

  get isBlocked(): boolean {
    return this.#blocked !== undefined
  }

  /**
   * @param free resolves when the connection before is closed
   * @returns resolves when the adapter is ready for the first time
   * @throws SyncError for a permanent error
   */
  async open(free: Promise<void>): Promise<void> {
    this.#setStatus('connecting')
    await free
    await this.#connect()
  }

  /** Ends the current attempt; the driver is to be closed by `closeDriver()`. */
  end(): void {
    this.#closed = true
    this.#attempt.abort()
    this.#backoff.cancel()
    this.#setStatus('closed')
  }

  /** `doClose`, bounded: a broker that doesn't answer must not hold a process that wants to end. Never rejects. */
  async closeDriver(): Promise<void> {
    const close = async () => this.#driver.close() // may throw synchronously
    await settledWithin(
      CLOSE_TIMEOUT,
      close().catch((error) => this.#driver.debug('closing failed: %o', error))
    )
  }

  away(cause: unknown): void {
    if (this.#status === 'ready') this.#backoff.lost()
    this.#leaveReady(cause)
    // The driver would connect again at once, and again.
    if (!this.#connecting && this.#backoff.isFlapping) this.#reconnect()
  }

  back(): void {
    if (!this.#connecting && this.#status !== 'ready') this.#ready()
  }

  lost(cause: unknown): void {
    if (this.#connecting) return
    this.away(cause)
    if (!this.#connecting) this.#reconnect()
  }

  replace(cause: unknown): void {
    if (this.#connecting) return
    this.#leaveReady(cause)
    this.#reconnect()
  }

  report(error: SyncError): void {
    this.#error(error)
  }

  block(cause: unknown): void {
    if (this.#blocked || this.#status !== 'ready') return
    this.#blocked = new Set()
    this.#handlers.error(this.#driver.error('publish', 'is blocked by the broker, and waits', cause))
  }

  unblock(): void {
    const waiting = this.#blocked ?? []
    this.#blocked = undefined
    for (const { resolve } of waiting) resolve()
  }

  /** Resolves when the broker takes messages; rejects when the connection is lost before. */
  async unblocked(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (this.#blocked) this.#blocked.add({ resolve, reject })
      else resolve()
    })
  }

  async #connect(): Promise<void> {
    this.#connecting = true
    if (this.#wasReady) {
      await this.#endAttempt()
      await this.#backoff.wait(undefined, this.#driver.pause()) // a broker that accepts and drops connections must not keep us busy
    }
    while (!this.#closed) {
      this.#attempt = new AbortController()
      this.#hasSpoken = false
      const { signal } = this.#attempt
      const alarm = setTimeout(() => this.#quiet(), QUIET).unref()
      let isOver = false // asking the signal would take longer, for each message
      signal.addEventListener('abort', () => {
        isOver = true
        clearTimeout(alarm)
      })
      try {
        await this.#driver.connect((bytes) => {
          if (isOver) return
          if (ArrayBuffer.isView(bytes)) this.#handlers.receive(bytes)
          else this.#handlers.error(this.#noBytes(bytes))
        }, signal)
        clearTimeout(alarm)
        if (signal.aborted) break
        this.#connecting = false
        this.#wasReady = true
        this.#ready()
        return
      } catch (error) {
        if (signal.aborted) break
        await this.#endAttempt()
        const failure = this.#driver.error('connect', 'could not connect', error)
        if (PERMANENT.has(failure.kind) && !this.#wasReady) throw failure
        this.#handlers.error(failure)
        await this.#backoff.wait(failure, this.#driver.pause())
      }
    }
    await new Promise<never>(() => {}) // closed: the caller waits for a connection that won't come
  }

  /** An adapter in plain JavaScript may pass on anything. */
  #noBytes(message: unknown): SyncError {
    return this.#driver.error(
      'frame',
      `received a message of type ${typeof message}: it has to be a Uint8Array`
    )
  }

  /** A driver may wait for ever, without a word. */
  #quiet(): void {
    if (this.#hasSpoken) return
    const text = `has not connected within ${QUIET / 1000} s, it goes on trying`
    this.#error(this.#driver.error('connect', text, new Error(this.#driver.quiet())))
  }

  #error(error: SyncError): void {
    this.#hasSpoken = true
    this.#handlers.error(error)
  }

  #reconnect(): void {
    this.#connect().catch((error) => this.#handlers.error(error))
  }

  async #endAttempt(): Promise<void> {
    this.#attempt.abort()
    await this.closeDriver()
  }

  #ready(): void {
    this.#backoff.ready()
    this.#setStatus('ready')
  }

  #leaveReady(cause: unknown): void {
    if (this.#status === 'ready') this.#setStatus('reconnecting')
    this.#error(this.#driver.error('connect', 'is away', cause))
  }

  #setStatus(status: SyncStatus): void {
    if (this.#status === status) return
    this.#driver.debug('%s', status)
    this.#status = status
    const waiting = this.#blocked ?? []
    this.#blocked = undefined
    for (const { reject } of waiting) reject(this.#driver.error('publish', 'is not connected'))
    this.#handlers.status(status)
  }
}
