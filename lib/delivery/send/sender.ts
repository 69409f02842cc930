import type { Link } from '../../adapters/link.js'
import { SyncError } from '../../errors.js'
import type { Clock } from '../clock.js'
import type { Counts } from '../counts.js'
import { type Batch, batches } from '../wire/batch.js'
import { largestFrame } from '../wire/fragments.js'
import { EVENTS_OVERHEAD } from '../wire/frame.js'
import type { Range } from '../wire/range.js'
import { sizeOf, UNIT_OVERHEAD, type Unit } from '../wire/unit.js'
import { History, type HistoryLimit } from './history.js'
import { InFlight } from './in-flight.js'
import { ResendLimit } from './retransmission-limit.js'

/** A frame is closed when it has so many bytes. */
const FRAME_BYTES = 256 * 1024

export interface OutboxOptions {
  readonly origin: string
  readonly link: Link
  readonly clock: Clock
  readonly counts: Counts
  readonly history: HistoryLimit
  /** Each unit is sent as it is, without a frame, and never again. */
  readonly isPlain: boolean
  /** Told of what is contained. Doesn't throw. */
  error(error: SyncError): void
  /** Events go out for the first time. */
  onSent(): void
}

/**
 * Numbers this instance's events, keeps the latest, and sends them in frames: those of one turn of the event loop share a
 * frame, more while earlier frames are in flight. What waits while the broker is away, what is in flight and what can be sent
 * again are one and the same history.
 */
export class Outbox {
  readonly history: History
  readonly #resends: ResendLimit
  readonly #options: OutboxOptions
  readonly #bornAt: number
  readonly #inFlight: InFlight
  /** The next event to send. */
  #cursor = 1
  /** The first event that was never sent. */
  #fresh = 1
  /** The last event that has come back from the broker. */
  #echoed = 0
  /** The first event that the driver refused since the last `resume`. */
  #refused = Number.POSITIVE_INFINITY
  #turnAwaited = false
  #turnBytes = 0
  #overflowing = false
  #onIdle: (() => void) | undefined
  #stopped = false

  constructor(options: OutboxOptions) {
    const { clock, history, origin, link, counts, isPlain } = options
    this.#options = options
    this.#bornAt = clock.now()
    this.history = new History(history)
    this.#resends = new ResendLimit(clock)
    this.#inFlight = new InFlight({
      origin,
      link,
      counts,
      isPlain,
      age: () => this.age,
      refused: (first, cause) => this.#onRefused(first, cause),
      settled: () => this.#pump()
    })
  }

  /** How long this origin has been there, in ms. */
  get age(): number {
    return Math.floor(this.#options.clock.now() - this.#bornAt)
  }

  /** The last event that was handed to the driver, 0 before the first. */
  get last(): number {
    return this.#cursor - 1
  }

  /** How many events wait for the broker. */
  get waiting(): number {
    return this.history.next - this.#cursor
  }

  /** How many events the driver has not taken. */
  get unsent(): number {
    return this.waiting + this.#inFlight.events
  }

  /** Has everything that was sent come back? */
  get isEchoed(): boolean {
    return this.#echoed >= this.last
  }

  /** Takes the payload of `count` events. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void {
    const { clock, error, link, isPlain } = this.#options
    const framed = largestFrame(link.maxPayload) - EVENTS_OVERHEAD - UNIT_OVERHEAD
    const largest = isPlain ? link.maxPayload : framed // without a frame nothing is split
    if (payload.length > largest) {
      const text = `feathers-sync: an event has ${payload.length} bytes, at most ${largest} can be sent: it stays on this instance`
      error(new SyncError('too-large', text))
      return
    }
    const bytes = sizeOf(payload)
    if (this.#outgrowsTurn(bytes, count)) this.#endTurn(true)
    this.#turnBytes += bytes
    this.history.add(payload, count)
    this.#dropEvicted()
    if (this.#turnAwaited) return
    this.#turnAwaited = true
    clock.turn(() => {
      this.#turnAwaited = false
      this.#endTurn()
    })
  }

  /** To be called whenever the link gets ready: sends what waits, and once more what has not come back. */
  resume(): void {
    this.#overflowing = false
    const { link, isPlain } = this.#options
    const unproven = link.echoes && !isPlain ? this.#echoed + 1 : this.#refused
    this.#cursor = Math.max(this.history.oldest, Math.min(this.#cursor, unproven))
    this.#refused = Number.POSITIVE_INFINITY
    this.#pump()
  }

  /** An own frame has come back: the broker has had all up to `last`. */
  echo(last: number): void {
    this.#echoed = Math.max(this.#echoed, Math.min(last, this.#fresh - 1))
  }

  /** Sends again what is there of what somebody misses. Tells whether it is all there. */
  answer(ranges: readonly Range[]): boolean {
    let complete = true
    const units: Unit[] = []
    for (const range of ranges) {
      if (range.from < this.history.oldest || range.to >= this.#cursor) complete = false
      for (const unit of this.history.within({ from: range.from, to: Math.min(range.to, this.last) })) {
        if (this.#resends.allow(unit)) units.push(unit)
      }
    }
    units.sort((one, other) => one.first - other.first)
    // All are copied before the first goes out: what a driver calls back can add to the history.
    for (const batch of [...batches(units, this.#room)]) this.#publish(batch, true)
    return complete
  }

  /** Resolves when the driver has taken all there is, or the link is not ready. */
  async flush(): Promise<void> {
    this.#pump(true)
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
    })
  }

  /** Hands nothing more to the driver. */
  stop(): void {
    this.#stopped = true
  }

  /** Would more events of this turn fill a frame, or push its first ones out of the history? */
  #outgrowsTurn(bytes: number, count: number): boolean {
    const { history } = this.#options
    const room = Math.min(FRAME_BYTES - EVENTS_OVERHEAD, history.bytes)
    return this.#turnBytes + bytes > room || this.waiting + count > history.events
  }

  #endTurn(isFull = false): void {
    this.#turnBytes = 0
    this.#pump(isFull)
  }

  #isIdle(): boolean {
    const { link } = this.#options
    return link.status !== 'ready' || (this.#inFlight.isEmpty && this.waiting === 0)
  }

  /** Hands over what waits; `isFull`: also the last frame, which could grow. */
  #pump(isFull = false): void {
    const { link } = this.#options
    while (!this.#stopped && link.status === 'ready' && this.waiting > 0 && this.#inFlight.hasRoom) {
      const resent = this.#cursor < this.#fresh
      const batch = this.history.batch(this.#cursor, this.#room, resent ? this.#fresh : undefined)
      if (!isFull && batch.next === this.history.next && this.#inFlight.isBusy) break
      this.#cursor = batch.next
      this.#fresh = Math.max(this.#fresh, this.#cursor)
      this.#publish(batch, resent)
    }
    if (this.#isIdle()) this.#onIdle?.()
  }

  /** For the units of a frame, in bytes. */
  get #room(): number {
    return Math.min(FRAME_BYTES, this.#options.link.maxPayload) - EVENTS_OVERHEAD
  }

  #publish(batch: Batch, resent: boolean): void {
    if (!resent) this.#options.onSent()
    this.#inFlight.send(batch, resent)
  }

  #onRefused(first: number, cause: unknown): void {
    const { link, error } = this.#options
    this.#refused = Math.min(this.#refused, first)
    // While away it goes out again with `resume`.
    if (link.status === 'ready') error(SyncError.from(cause, 'publish', 'feathers-sync: could not publish'))
  }

  /** Events that have left the history can't be sent any more. */
  #dropEvicted(): void {
    const { oldest } = this.history
    if (this.#cursor >= oldest) return
    const { counts, error } = this.#options
    counts.lost += Math.max(0, oldest - Math.max(this.#cursor, this.#fresh))
    this.#cursor = oldest
    this.#fresh = Math.max(this.#fresh, oldest)
    if (this.#overflowing) return
    this.#overflowing = true
    const text =
      'feathers-sync: more events wait for the broker than the `history` option keeps: the oldest are dropped'
    error(new SyncError('overflow', text))
  }
}
