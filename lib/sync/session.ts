import { settledWithin } from '../adapters/settled-within.js'
import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import { systemClock } from '../delivery/clock.js'
import { Delivery } from '../delivery/delivery.js'
import type { Counts, Sink } from '../delivery/environment.js'
import type { Receiver } from '../delivery/receive/receiver.js'
import { SyncError } from '../errors.js'
import { Sealing } from '../sealing/sealing.js'
import { counted } from './counted.js'
import { introduction } from './instance.js'
import type { ResolvedOptions } from './options.js'
import { linkTo } from './session-link.js'
import { Waiting } from './waiting.js'

/** How long after the proof `ready` waits for the peers' answers, in ms: small fleets answer within. */
const ANSWERS = 50

/** Of `closeTimeout`, what is kept for leaving and closing the connection, in ms. */
export function leavingTime(closeTimeout: number): number {
  return Math.min(1000, closeTimeout / 2)
}

/** Where a session leads to. None of it throws. */
export interface SessionHandlers extends Omit<Sink, 'proven'> {
  status(status: SyncStatus): void
}

export interface SessionParts {
  readonly adapter: SyncAdapter
  readonly options: ResolvedOptions
  readonly counts: Counts
  readonly handlers: SessionHandlers
  /** Of the sessions before: what they sent is not another instance's. */
  readonly formerOrigins?: ReadonlySet<string>
  /** What it sends is for others who are expected to be there: a close waits for one of them to be heard, within its time. */
  readonly needsOthers?: boolean
  /** Resolves when the adapter is free, with the session that had it, and whether this one resumes it. Default: it is. */
  readonly before?: Promise<{ receiver: Receiver; resumes: boolean } | undefined>
}

/** One membership of the application, under an origin of its own: from `open()` to `close()`. */
export class Session {
  readonly delivery: Delivery
  /** Resolves when the subscription is proven; rejects with a permanent error, after `connectTimeout`, and when closed before. */
  readonly ready: Promise<void>
  readonly #adapter: SyncAdapter
  readonly #sealing: Sealing
  readonly #options: ResolvedOptions
  readonly #counts: Counts
  readonly #handlers: SessionHandlers
  readonly #needsOthers: boolean
  readonly #end = new AbortController()
  /** Until then the adapter serves the session before. */
  #hasAdapter = false
  #wasReady = false
  /** After a permanent error. */
  #hasGivenUp = false
  #isLeaving = false
  #status: SyncStatus = 'closed'
  #fail: (error: SyncError) => void = () => {}
  readonly #proof = new Waiting()

  constructor(parts: SessionParts) {
    const { adapter, options, counts, handlers, formerOrigins, before = Promise.resolve(undefined) } = parts
    this.#needsOthers = parts.needsOthers ?? false
    this.#adapter = adapter
    this.#options = options
    this.#counts = counts
    this.#handlers = handlers
    const { history, heartbeat, mode, name, secret, wire } = options
    this.delivery = new Delivery({
      link: linkTo(
        adapter,
        () => this.#hasAdapter,
        () => this.#sealing
      ),
      isAuthentic: secret?.plain === 'refuse',
      clock: systemClock,
      counts,
      sink: { ...handlers, proven: () => this.#onProven(), error: (error) => this.#onError(error) },
      history,
      heartbeat,
      receives: mode !== 'send',
      wire,
      ...(formerOrigins && { formerOrigins }),
      instance: introduction(name)
    })
    this.#sealing = new Sealing({
      keys: secret,
      origin: this.delivery.origin,
      echoes: adapter.echoes,
      counts,
      report: (error) => this.#onError(error)
    })
    this.ready = new Promise((resolve, reject) => {
      this.#fail = reject
      this.#proof.add(() => this.#afterAnswers(resolve))
    })
    this.ready.catch(() => {}) // the reason has been reported
    void before.then((former) => {
      if (former) this.delivery.receiver.follow(former.receiver, former.resumes)
      return this.#connect()
    })
  }

  /** `ready`: the adapter has subscribed, and what is published is known to come back. */
  get status(): SyncStatus {
    return this.#status
  }

  /** It will be closed soon: troubles that cost nothing are not reported any more. */
  prepareToLeave(): void {
    this.#isLeaving = true
  }

  /**
   * Sends what waits, for which a connection is awaited, leaves, and closes the adapter. What could not be sent is counted and
   * reported.
   *
   * @param timeout in ms
   * @returns how many events could not be sent
   */
  async close(timeout: number): Promise<number> {
    const endsAt = performance.now() + timeout
    const leaving = leavingTime(timeout)
    const left = () => Math.max(0, endsAt - leaving - performance.now())
    this.#end.abort()
    this.#isLeaving = true
    if (this.delivery.sender.unsent > 0 && !this.delivery.isProven && !this.#hasGivenUp)
      await this.#proof.within(left())
    if (this.delivery.isAlone) await settledWithin(left(), this.delivery.company())
    if (this.#needsOthers && this.delivery.isProven && this.delivery.isUnheard)
      await this.#reachOthers(left())
    const unsent = await this.delivery.close(left())
    const text = `feathers-sync: the ${this.#adapter.type} adapter was closed before it was ready`
    this.#fail(new SyncError('closed', text))
    this.#proof.clear()
    if (this.#hasAdapter)
      await settledWithin(Math.max(leaving, endsAt - performance.now()), this.#adapter.close())
    this.#setStatus('closed')
    if (unsent > 0) this.#reportUnsent(unsent, timeout)
    return unsent
  }

  async #reachOthers(ms: number): Promise<void> {
    if (await settledWithin(ms, this.delivery.reached())) return
    const { key, secret } = this.#options
    const common = secret
      ? 'this broker, `key` and `secret`'
      : 'this broker and `key`, and without a `secret` as here'
    const text = `no other instance was heard under the key '${key}': is an application running with ${common}?`
    this.#handlers.error(new SyncError('publish', `feathers-sync: ${text}`))
  }

  /**
   * Sends what waits, for which a connection is awaited.
   *
   * @param timeout in ms
   * @returns how many events are not known to have arrived by then
   */
  async flush(timeout: number): Promise<number> {
    const endsAt = performance.now() + timeout
    const { sender } = this.delivery
    if (!this.delivery.isProven) await this.#proof.within(timeout)
    if (this.delivery.isProven) await settledWithin(Math.max(0, endsAt - performance.now()), sender.flush())
    return sender.unsent
  }

  #reportUnsent(unsent: number, timeout: number): void {
    this.#counts.lost += unsent - this.delivery.sender.lost
    const text = `${counted(unsent)} could not be sent before feathers-sync was closed`
    this.#handlers.error(new SyncError('closed', `feathers-sync: ${text} (within ${timeout.toFixed()} ms)`))
  }

  async #connect(): Promise<void> {
    // Closed before it began, and nothing to send.
    if (this.#end.signal.aborted && this.delivery.sender.unsent === 0) return
    const stopWaiting = this.#limitWaiting()
    this.#proof.add(stopWaiting)
    this.#hasAdapter = true
    try {
      await this.#adapter.connect({
        receive: (bytes) => this.#receive(bytes),
        error: (error) => this.#onError(error),
        status: (status) => this.#onStatus(status)
      })
    } catch (error) {
      stopWaiting()
      this.#hasGivenUp = true
      const failure = SyncError.from(error, 'connect', 'feathers-sync: could not connect')
      this.#handlers.error(failure)
      this.#fail(failure)
    }
  }

  /** `connectTimeout`. Returns what ends it. */
  #limitWaiting(): () => void {
    const { connectTimeout } = this.#options
    if (connectTimeout === undefined) return () => {}
    const text = `feathers-sync: the ${this.#adapter.type} adapter has not connected within ${connectTimeout} ms, it goes on trying`
    const timer = setTimeout(() => {
      const error = new SyncError('timeout', text)
      this.#handlers.error(error)
      this.#fail(error)
    }, connectTimeout)
    const stopWaiting = () => clearTimeout(timer)
    this.#end.signal.addEventListener('abort', stopWaiting, { once: true })
    return stopWaiting
  }

  #receive(bytes: Uint8Array): void {
    const frame = this.#sealing.open(bytes)
    if (frame) this.delivery.receive(frame)
  }

  #onError(error: SyncError): void {
    // A broker that leaves as well is no trouble to an instance that leaves and has nothing more to send.
    const isHarmless = this.#isLeaving && this.delivery.sender.unsent === 0
    if (!isHarmless || !['connect', 'publish'].includes(error.kind)) this.#handlers.error(error)
  }

  #onStatus(status: SyncStatus): void {
    if (status === 'ready') this.delivery.online()
    else {
      this.#sealing.disconnected()
      this.#setStatus(this.#wasReady || status === 'closed' ? status : 'connecting')
    }
  }

  #onProven(): void {
    this.#wasReady = true
    this.#setStatus('ready')
    this.#proof.happened()
  }

  #afterAnswers(resolve: () => void): void {
    const timer = setTimeout(resolve, ANSWERS)
    this.#end.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  #setStatus(status: SyncStatus): void {
    if (this.#status === status) return
    this.#status = status
    this.#handlers.status(status)
  }
}
