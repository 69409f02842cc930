import { SyncError } from '../../errors.js'
import type { Environment } from '../environment.js'
import { type Batch, batches } from '../wire/batch.js'
import { largestFrame } from '../wire/fragments.js'
import { EVENTS_OVERHEAD } from '../wire/frame.js'
import { type Range, sizeOf, UNIT_OVERHEAD, type Unit } from '../wire/unit.js'
import { History } from './history.js'
import { InFlight } from './in-flight.js'
import { RetransmissionLimit } from './retransmission-limit.js'

/** The size at which a frame is closed. */
const FRAME_BYTES = 256 * 1024

/**
 * The send side: assigns sequence numbers to this instance's events, keeps the latest, and sends them in frames. The events of
 * one turn of the event loop share a frame, more while earlier frames are in flight. Events that wait for the broker, that are in
 * flight and that can be retransmitted are kept in one history.
 */
export class Sender {
  readonly history: History
  readonly #retransmissions: RetransmissionLimit
  readonly #environment: Environment
  readonly #onSent: () => void
  readonly #bornAt: number
  readonly #inFlight: InFlight
  /** The next event to send. */
  #cursor = 1
  /** The first event that was never sent. */
  #fresh = 1
  /** The last event that the broker has echoed. */
  #echoed = 0
  /** The first event that the driver refused since the last `resume`. */
  #refused = Number.POSITIVE_INFINITY
  #turnAwaited = false
  #turnBytes = 0
  #overflowing = false
  #onIdle: (() => void) | undefined
  #stopped = false

  /** @param onSent called when events are sent for the first time */
  constructor(environment: Environment, origin: string, onSent: () => void) {
    this.#environment = environment
    this.#onSent = onSent
    const { clock } = environment
    this.#bornAt = clock.now()
    this.history = new History(environment.history)
    this.#retransmissions = new RetransmissionLimit(clock)
    this.#inFlight = new InFlight(environment, {
      origin,
      age: () => this.age,
      refused: (first, cause) => this.#onRefused(first, cause),
      settled: () => this.#pump()
    })
  }

  /** How long this origin has existed, in ms. */
  get age(): number {
    return Math.floor(this.#environment.clock.now() - this.#bornAt)
  }

  /** The last event that was handed to the driver, 0 before the first. */
  get last(): number {
    return this.#cursor - 1
  }

  /** How many events wait for the broker. */
  get waiting(): number {
    return this.history.next - this.#cursor
  }

  /** How many events the driver has not accepted. */
  get unsent(): number {
    return this.waiting + this.#inFlight.events
  }

  /** Whether everything that was sent has been echoed. */
  get isEchoed(): boolean {
    return this.#echoed >= this.last
  }

  /** Takes the payload of `count` events. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void {
    const { clock, link, sink, wire } = this.#environment
    const framed = largestFrame(link.maxPayload) - EVENTS_OVERHEAD - UNIT_OVERHEAD
    const largest = wire === 3 ? link.maxPayload : framed // only frames can be fragmented
    if (payload.length > largest) {
      const text = `feathers-sync: an event has ${payload.length} bytes, at most ${largest} can be sent: it is not sent`
      sink.error(new SyncError('too-large', text))
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

  /** To be called whenever the link gets ready: sends the waiting events, and retransmits those not echoed. */
  resume(): void {
    this.#overflowing = false
    const { link, wire } = this.#environment
    const unproven = link.echoes && wire !== 3 ? this.#echoed + 1 : this.#refused
    this.#cursor = Math.max(this.history.oldest, Math.min(this.#cursor, unproven))
    this.#refused = Number.POSITIVE_INFINITY
    this.#pump()
  }

  /** An own frame was echoed: the broker has received all events up to `last`. */
  echo(last: number): void {
    this.#echoed = Math.max(this.#echoed, Math.min(last, this.#fresh - 1))
  }

  /** Retransmits what the history has of the ranges in a NACK. Returns whether it has all of it. */
  answer(ranges: readonly Range[]): boolean {
    let complete = true
    const units: Unit[] = []
    for (const range of ranges) {
      if (range.from < this.history.oldest || range.to >= this.#cursor) complete = false
      for (const unit of this.history.within({ from: range.from, to: Math.min(range.to, this.last) })) {
        if (this.#retransmissions.allow(unit)) units.push(unit)
      }
    }
    units.sort((one, other) => one.first - other.first)
    // All are copied before the first is sent: a driver's callback can add to the history.
    for (const batch of [...batches(units, this.#room)]) this.#publish(batch, true)
    return complete
  }

  /** Resolves when the driver has accepted all events, or the link is not ready. */
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

  /** Whether more events in this turn would fill a frame, or evict its first ones from the history. */
  #outgrowsTurn(bytes: number, count: number): boolean {
    const { history } = this.#environment
    const room = Math.min(FRAME_BYTES - EVENTS_OVERHEAD, history.bytes)
    return this.#turnBytes + bytes > room || this.waiting + count > history.events
  }

  #endTurn(isFull = false): void {
    this.#turnBytes = 0
    this.#pump(isFull)
  }

  #isIdle(): boolean {
    const { link } = this.#environment
    return link.status !== 'ready' || (this.#inFlight.isEmpty && this.waiting === 0)
  }

  /** Sends the waiting events; `isFull`: also the last frame, which could still grow. */
  #pump(isFull = false): void {
    const { link } = this.#environment
    while (!this.#stopped && link.status === 'ready' && this.waiting > 0 && this.#inFlight.hasRoom) {
      const retransmission = this.#cursor < this.#fresh
      const batch = this.history.batch(this.#cursor, this.#room, retransmission ? this.#fresh : undefined)
      if (!isFull && batch.next === this.history.next && this.#inFlight.isBusy) break
      this.#cursor = batch.next
      this.#fresh = Math.max(this.#fresh, this.#cursor)
      this.#publish(batch, retransmission)
    }
    if (this.#isIdle()) this.#onIdle?.()
  }

  /** The room for the units of a frame, in bytes. */
  get #room(): number {
    return Math.min(FRAME_BYTES, this.#environment.link.maxPayload) - EVENTS_OVERHEAD
  }

  #publish(batch: Batch, retransmission: boolean): void {
    if (!retransmission) this.#onSent()
    this.#inFlight.send(batch, retransmission)
  }

  #onRefused(first: number, cause: unknown): void {
    const { link, sink } = this.#environment
    this.#refused = Math.min(this.#refused, first)
    // Otherwise `resume` sends it again.
    if (link.status === 'ready')
      sink.error(SyncError.from(cause, 'publish', 'feathers-sync: could not publish'))
  }

  /** Skips the events that were evicted from the history before they were sent. */
  #dropEvicted(): void {
    const { oldest } = this.history
    if (this.#cursor >= oldest) return
    const { counts, sink } = this.#environment
    counts.lost += Math.max(0, oldest - Math.max(this.#cursor, this.#fresh))
    this.#cursor = oldest
    this.#fresh = Math.max(this.#fresh, oldest)
    if (this.#overflowing) return
    this.#overflowing = true
    const text =
      'feathers-sync: more events are waiting for the broker than the `history` option allows: the oldest are dropped'
    sink.error(new SyncError('overflow', text))
  }
}
