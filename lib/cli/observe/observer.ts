import { setTimeout as delay } from 'node:timers/promises'
import type { SyncAdapter } from '../../adapters/sync-adapter.js'
import { hasAt } from '../../bytes.js'
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  type HeartbeatFrame,
  isFrame,
  newOrigin,
  ORIGIN_AT
} from '../../delivery/wire/frame.js'
import { SyncError } from '../../errors.js'
import { isSealed } from '../../sealing/sealed-frame.js'
import { type ConnectOptions, connect } from '../connection.js'
import type { Place } from '../place.js'
import { answered } from './answered.js'
import { type Instance, type InstanceEvents, ObservedInstance } from './instance.js'
import { type Dropped, Seal } from './seal.js'

/** How often instances that are not heard any more are looked for, in ms, and how many rounds make one: as instances do it. */
const ROUND = 5000
const MAX_SILENT = 8

/** In which an instance sends a heartbeat for sure, where it has the default for them, in ms. */
const HEARTBEAT = ROUND + 1000

const STEP = 20

/** For how long what an instance that has left may still send is taken for old, in ms. */
const KEPT = 60_000

export interface ObserverHandlers extends InstanceEvents {
  /** An instance is heard for the first time, or again. */
  came(instance: Instance): void
  /** It has said so, or has been silent for too long. */
  went(instance: Instance, how: 'left' | 'silent'): void
  /** A message that is no frame: of feathers-sync 3, or of `wire: 3`. */
  plain(bytes: Uint8Array): void
  error(error: SyncError): void
  /** The connection is lost, or is back. */
  away(isAway: boolean): void
}

/**
 * Hears what the instances of a fleet send, and is no instance itself: it sends no heartbeats, no NACKs, and one message when it
 * has connected, by which all tell that they are there. That one says that its sender leaves, too: so nobody waits for it.
 */
export class Observer {
  readonly #handlers: ObserverHandlers
  readonly #place: Place
  readonly #origin = newOrigin()
  readonly #id = Buffer.from(this.#origin, 'hex')
  readonly #instances = new Map<string, ObservedInstance>()
  readonly #startedAt = performance.now()
  readonly #seal: Seal
  #adapter: SyncAdapter | undefined
  #rounds: NodeJS.Timeout | undefined
  /** Until then nobody is younger than the subscription: what was sent before can't be missed. */
  #connectedAt = Number.POSITIVE_INFINITY
  #pings = 0
  /** Attempts to connect fail with the same one again and again. */
  #lastError: string | undefined
  /** Called with each own message that comes back. */
  #onEcho: ((frame: Frame) => void) | undefined
  #onRefused: ((error: SyncError) => void) | undefined
  /** Messages of instances that could be read. */
  readonly heard = { sealed: 0, plain: 0 }

  constructor(place: Place, handlers: ObserverHandlers) {
    this.#place = place
    this.#handlers = handlers
    this.#seal = new Seal(place, this.#origin, handlers.error)
  }

  /** @throws SyncError with the library's own text */
  async connect(options: ConnectOptions): Promise<SyncAdapter> {
    const adapter = await connect(
      this.#place,
      {
        receive: (bytes) => this.#receive(bytes),
        error: (error) => this.#onError(error),
        status: (status) => this.#onStatus(status)
      },
      options
    )
    this.#adapter = adapter
    this.#connectedAt = performance.now()
    this.#rounds = setInterval(() => this.#onRound(), ROUND)
    return adapter
  }

  get isConnected(): boolean {
    return this.#adapter !== undefined
  }

  get dropped(): Dropped {
    return this.#seal.dropped
  }

  /** Somebody is there, and nothing of anybody can be read. */
  get isLockedOut(): boolean {
    return this.heard.sealed + this.heard.plain === 0 && this.#seal.total > 0
  }

  /** Those that are there, the oldest first. */
  get instances(): Instance[] {
    const present = [...this.#instances.values()].filter(({ isThere }) => isThere)
    return present.map((instance) => instance.now).sort((one, other) => other.age - one.age)
  }

  /** To be awaited after `join()`: all that are there have answered, as far as can be known. */
  async answers(signal: AbortSignal): Promise<void> {
    await answered(() => this.#instances.size, signal)
  }

  /** Waits for a heartbeat where nobody has answered: instances with another secret, or with one at all, send no answer. */
  async signOfLife(signal: AbortSignal): Promise<void> {
    const isSilent = () => this.#instances.size + this.#seal.total === 0
    const until = performance.now() + HEARTBEAT
    while (isSilent() && performance.now() < until && !signal.aborted) await delay(STEP)
  }

  /**
   * Sends the one message, which all answer.
   *
   * @returns how long it took to come back, in ms
   * @throws SyncError where it is refused, or does not come back within `timeout` ms
   */
  join(timeout: number): Promise<number> {
    const frame: HeartbeatFrame = {
      kind: 'heartbeat',
      origin: this.#origin,
      age: Math.round(performance.now() - this.#startedAt),
      oldest: 1,
      last: 0,
      join: true,
      leave: true
    }
    return this.#echoed(frame, ({ kind }) => kind === 'heartbeat', timeout)
  }

  /** The same by a message that nobody acts on: a NACK that is addressed to its sender. */
  ping(timeout: number): Promise<number> {
    this.#pings += 1
    const number = this.#pings
    const frame: Frame = {
      kind: 'nack',
      origin: this.#origin,
      target: this.#origin,
      ranges: [{ from: number, to: number }]
    }
    return this.#echoed(frame, (echo) => echo.kind === 'nack' && echo.ranges[0]?.from === number, timeout)
  }

  async close(): Promise<void> {
    clearInterval(this.#rounds)
    for (const instance of this.#instances.values()) instance.stop()
    await this.#adapter?.close()
  }

  async #echoed(frame: Frame, isIt: (echo: Frame) => boolean, timeout: number): Promise<number> {
    const adapter = this.#adapter
    if (!adapter) throw new SyncError('closed', 'feathers-sync: not connected')
    let timer: NodeJS.Timeout | undefined
    const sentAt = performance.now()
    const answer = new Promise<number>((resolve, reject) => {
      this.#onRefused = reject
      this.#onEcho = (echo) => {
        if (isIt(echo)) resolve(performance.now() - sentAt)
      }
      const text = `a message of its own has not come back within ${timeout} ms, though the broker took it`
      timer = setTimeout(() => reject(new SyncError('publish', `feathers-sync: ${text}`)), timeout)
    })
    try {
      await Promise.all([adapter.publish(this.#seal.seal(encodeFrame(frame))), answer])
      return await answer
    } catch (error) {
      throw SyncError.from(error, 'publish', 'feathers-sync: could not publish')
    } finally {
      clearTimeout(timer)
      answer.catch(() => {})
      this.#onEcho = this.#onRefused = undefined
    }
  }

  #receive(received: Uint8Array): void {
    const bytes = this.#seal.open(received)
    if (bytes) this.#read(bytes, isSealed(received) ? 'sealed' : 'plain')
  }

  #read(bytes: Uint8Array, how: keyof Observer['heard']): void {
    if (!isFrame(bytes)) {
      this.heard[how] += 1
      this.#handlers.plain(bytes)
      return
    }
    try {
      const frame = decodeFrame(bytes)
      if (hasAt(bytes, this.#id, ORIGIN_AT)) this.#onEcho?.(frame)
      else this.#take(frame, how)
    } catch (cause) {
      this.#handlers.error(SyncError.from(cause, 'frame', 'feathers-sync: could not read a message'))
    }
  }

  #take(frame: Frame, how: keyof Observer['heard']): void {
    if (frame.kind === 'nack') {
      this.#instances.get(frame.target)?.take(frame)
      return
    }
    const isObserver = frame.kind === 'heartbeat' && frame.join && frame.leave
    if (isObserver && !this.#instances.has(frame.origin)) return
    this.heard[how] += 1
    const known = this.#instances.get(frame.origin)
    const instance = known ?? new ObservedInstance(frame.origin, this.#connectedAt, this.#handlers)
    const wasThere = known?.isThere ?? false
    this.#instances.set(frame.origin, instance)
    instance.take(frame)
    if (!wasThere && instance.isThere) this.#handlers.came(instance.now)
    if (wasThere && !instance.isThere) this.#handlers.went(instance.now, 'left')
  }

  #onRound(): void {
    for (const [origin, instance] of this.#instances) {
      const wasThere = instance.isThere
      if (this.#adapter?.status === 'ready') instance.round(MAX_SILENT)
      if (wasThere && !instance.isThere) this.#handlers.went(instance.now, 'silent')
      if (!instance.isThere && instance.now.heard > KEPT) this.#instances.delete(origin)
    }
  }

  #onError(error: SyncError): void {
    if (error.kind === 'publish' && this.#onRefused) this.#onRefused(error)
    else if (error.message !== this.#lastError) {
      this.#lastError = error.message
      this.#handlers.error(error)
    }
  }

  #onStatus(status: string): void {
    if (!this.#adapter || status === 'closed') return
    const isBack = status === 'ready'
    if (isBack) this.#lastError = undefined
    else this.#seal.disconnected()
    this.#handlers.away(!isBack)
    if (isBack) this.join(ROUND).catch((error) => this.#handlers.error(error))
  }
}
