import type { Link } from '../adapters/link.js'
import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import { systemClock } from '../delivery/clock.js'
import { Delivery } from '../delivery/delivery.js'
import type { Counts, Sink } from '../delivery/environment.js'
import { SyncError } from '../errors.js'
import type { ResolvedOptions } from './options.js'

/** How long `close()` waits for the driver to take what was sent, in ms. */
const FLUSH_TIMEOUT = 1000

/** Where a session leads to. None of it throws. */
export interface SessionHandlers extends Sink {
  status(status: SyncStatus): void
}

/** One stay of the application among the others, under an origin of its own: from `open()` to `close()`. */
export class Session {
  readonly delivery: Delivery
  /** Resolves when the subscription is live; rejects for what waiting doesn't mend, and after `connectTimeout`. */
  readonly ready: Promise<void>
  readonly #adapter: SyncAdapter
  readonly #options: ResolvedOptions
  readonly #handlers: SessionHandlers
  readonly #end = new AbortController()
  /** Until then the adapter serves the session before. */
  #hasAdapter = false

  /** @param before resolves when the adapter is free */
  constructor(
    adapter: SyncAdapter,
    options: ResolvedOptions,
    counts: Counts,
    handlers: SessionHandlers,
    before: Promise<void>
  ) {
    this.#adapter = adapter
    this.#options = options
    this.#handlers = handlers
    const { history, heartbeat, mode, wire } = options
    const receives = mode !== 'send'
    const link = this.#link()
    this.delivery = new Delivery({
      link,
      clock: systemClock,
      counts,
      sink: handlers,
      history,
      heartbeat,
      receives,
      wire
    })
    this.ready = before.then(() => this.#connect())
    this.ready.catch(() => {}) // the reason has been reported
  }

  /** @returns how many events could not be sent */
  async close(): Promise<number> {
    this.#end.abort()
    const unsent = await this.delivery.close(FLUSH_TIMEOUT)
    if (this.#hasAdapter) await this.#adapter.close()
    return unsent
  }

  #link(): Link {
    const adapter = this.#adapter
    const status = () => (this.#hasAdapter ? adapter.status : 'connecting')
    return {
      get status() {
        return status()
      },
      get maxPayload() {
        return adapter.maxPayload
      },
      echoes: adapter.echoes,
      publish: (bytes) => adapter.publish(bytes),
      reconnect: (cause) => adapter.reconnect(cause)
    }
  }

  #connect(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#end.signal.aborted) return // closed before it began: stays pending
      const fail = (error: SyncError) => {
        this.#handlers.error(error)
        reject(error)
      }
      const stopWaiting = this.#limitWaiting(fail)
      this.#hasAdapter = true
      this.#adapter
        .connect({
          receive: (bytes) => this.delivery.receive(bytes),
          error: (error) => this.#onError(error),
          status: (status) => this.#onStatus(status)
        })
        .then(resolve, (error) => {
          fail(SyncError.from(error, 'connect', 'feathers-sync: could not connect'))
        })
        .finally(stopWaiting)
    })
  }

  /** `connectTimeout`. Returns what ends it. */
  #limitWaiting(fail: (error: SyncError) => void): () => void {
    const { connectTimeout } = this.#options
    if (connectTimeout === undefined) return () => {}
    const text = `feathers-sync: the ${this.#adapter.type} adapter has not connected within ${connectTimeout} ms, it goes on trying`
    const timer = setTimeout(() => fail(new SyncError('timeout', text)), connectTimeout)
    const stopWaiting = () => clearTimeout(timer)
    this.#end.signal.addEventListener('abort', stopWaiting, { once: true })
    return stopWaiting
  }

  #onError(error: SyncError): void {
    // That the broker leaves as well is no trouble to who leaves and has nothing more to send.
    const isLeaving = this.#end.signal.aborted && this.delivery.sender.unsent === 0
    if (!isLeaving || error.kind !== 'connect') this.#handlers.error(error)
  }

  #onStatus(status: SyncStatus): void {
    this.#handlers.status(status)
    if (status === 'ready') this.delivery.online()
  }
}
