import { SyncError } from '../../errors.js'
import type { Environment } from '../environment.js'
import { EVENTS_OVERHEAD } from '../wire/frame.js'
import type { Head } from '../wire/head.js'
import { type Range, sizeOf } from '../wire/unit.js'
import { History } from './history.js'
import { InFlight } from './in-flight.js'
import { FRAME_BYTES } from './path-limits.js'
import { Progress } from './progress.js'
import { Retention } from './retention.js'
import { Schedule } from './schedule.js'
import { Setbacks } from './setbacks.js'
import { Turn } from './turn.js'

/**
 * The send side: assigns sequence numbers to this instance's events, keeps the latest, and sends them in frames. The events of
 * one turn share a frame, more while earlier frames are in flight. Events that wait for the broker, that are in
 * flight and that can be retransmitted are kept in one history.
 */
export class Sender {
  readonly history: History
  readonly #environment: Environment
  readonly #bornAt: number
  readonly #inFlight: InFlight
  readonly #setbacks: Setbacks
  readonly #turn: Turn
  readonly #schedule: Schedule
  readonly #progress = new Progress()
  #isProven = true
  /** Its age when the connection was proven: heartbeats since then follow all that was sent again. */
  #provenAge = -1
  readonly #onIdle = new Set<() => void>()
  #stopped = false

  /** @param onSent called when events are sent for the first time */
  constructor(environment: Environment, origin: string, onSent: () => void) {
    this.#environment = environment
    this.#bornAt = environment.clock.now()
    this.#turn = new Turn(environment.clock, () => {
      this.#turn.first = this.history.next
      this.#pump()
    })
    this.history = new History(
      environment.history,
      new Retention(this.#turn, this.#progress, () => this.#isFlowing)
    )
    this.#setbacks = new Setbacks(environment, this.history, () => this.#pump())
    this.#inFlight = new InFlight(environment, {
      origin,
      age: () => this.age,
      window: () => this.#setbacks.limits.window,
      refused: (first, next, size, cause) => this.#onRefused(first, next, size, cause),
      returned: (bytes, next) => this.#onReturned(bytes, next),
      accepted: (first) => this.#setbacks.accepted(first),
      settled: () => this.#pump()
    })
    this.#schedule = new Schedule(environment.clock, {
      history: this.history,
      progress: this.#progress,
      setbacks: this.#setbacks,
      inFlight: this.#inFlight,
      onSent
    })
  }

  /** How long this origin has existed, in ms. */
  get age(): number {
    return Math.floor(this.#environment.clock.now() - this.#bornAt)
  }

  /** The last event that was handed to the driver, 0 before the first. */
  get last(): number {
    const { incomplete } = this.#inFlight
    const { cursor } = this.#progress
    return incomplete?.next === cursor ? incomplete.first - 1 : cursor - 1
  }

  /** How many events wait for the broker. */
  get waiting(): number {
    return this.history.next - this.#progress.cursor
  }

  /** How many events are not known to have arrived: they have not come back, or the driver has not accepted them. */
  get unsent(): number {
    return this.#isEchoing
      ? this.history.next - 1 - this.#progress.returned
      : this.waiting + this.#inFlight.events
  }

  /** How many of these have been counted as lost. */
  get lost(): number {
    return this.#setbacks.losses.from(this.#isEchoing ? this.#progress.returned + 1 : this.#progress.cursor)
  }

  /** Whether the broker takes messages, but nothing comes back any more of what is under way. */
  get isStalled(): boolean {
    return this.#isConnected && this.#inFlight.isStalled
  }

  /** Whether everything that was sent has come back. */
  get isEchoed(): boolean {
    return this.#progress.returned >= this.last
  }

  /** Takes the payload of `count` events. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void {
    this.#turn.begin(this.history.next)
    if (this.#setbacks.refuses(payload, count)) return
    if (this.#turn.fills(sizeOf(payload), FRAME_BYTES - EVENTS_OVERHEAD)) this.#pump(true)
    this.history.add(payload, count)
    this.#dropEvicted()
  }

  /** The link is ready, but whether what is published arrives is not known yet: nothing is sent until `resume`. */
  suspend(): void {
    this.#isProven = false
    this.#inFlight.online()
  }

  /** What is published over this connection arrives: sends the waiting events, and again those that have not come back. */
  resume(): void {
    const underWay = this.#inFlight.reset()
    this.#setbacks.online()
    this.#isProven = true
    this.#provenAge = this.age
    if (this.#isEchoing) {
      this.#progress.rewind(this.#progress.returned + 1, this.history.oldest)
      this.#setbacks.reconnected(this.#progress.cursor, underWay)
    } else this.#schedule.repeat(this.#setbacks.lost())
    this.#pump()
  }

  /** An own frame was echoed. */
  echo(head: Head): void {
    this.#setbacks.heard()
    if (head.kind === 'heartbeat') {
      // One that was sent before tells nothing of what the old connection took, or the new one has yet to.
      if (!this.#isProven || (head.age ?? 0) <= this.#provenAge) return
      this.#onReturned(0, head.last + 1)
    }
    this.#inFlight.echo(head)
  }

  /** Retransmits what the history has of the ranges in a NACK. Returns whether it has all of it. */
  answer(ranges: readonly Range[]): boolean {
    const { oldest } = this.history
    // What is under way comes by itself.
    const end =
      this.#isEchoing && this.#inFlight.unechoed > 0
        ? Math.min(this.last, this.#progress.returned)
        : this.last
    let complete = true
    const there: Range[] = []
    for (const { from, to } of ranges) {
      if (from < oldest || to >= this.#progress.cursor) complete = false
      const range = { from: Math.max(from, oldest), to: Math.min(to, end) }
      if (range.from <= range.to) there.push(range)
    }
    this.#schedule.request(there)
    while (this.#canSend && this.#schedule.sendRequested()) {
      // As much as there is room for: the rest takes turns with new events.
    }
    return complete
  }

  /** Resolves when all events have arrived, also those that are sent again, as far as can be known, or nothing can be sent. */
  async flush(): Promise<void> {
    this.#pump(true)
    if (this.#isIdle()) return
    await new Promise<void>((resolve) => this.#onIdle.add(resolve))
  }

  /** Hands nothing more to the driver. */
  stop(): void {
    this.#stopped = true
    this.#inFlight.stop()
    this.#setbacks.stop()
  }

  get #isEchoing(): boolean {
    const { link, wire } = this.#environment
    return link.echoes && wire !== 3
  }

  /** Whether the broker takes what it gets. */
  get #isFlowing(): boolean {
    return this.#isConnected && !this.#inFlight.isStalled
  }

  get #isConnected(): boolean {
    return this.#isProven && this.#environment.link.status === 'ready'
  }

  get #canSend(): boolean {
    return !this.#stopped && !this.#setbacks.isPaused && this.#isConnected && this.#inFlight.hasRoom
  }

  #isIdle(): boolean {
    if (!this.#isConnected) return true
    return this.#inFlight.isEmpty && this.unsent === 0 && this.#inFlight.isAllEchoed()
  }

  /** Sends what waits, as far as there is room; `isFull`: also the last frame, which could still grow. */
  #pump(isFull = false): void {
    while (!this.#schedule.isEmpty && this.#canSend && this.#schedule.send(isFull)) {
      // As long as there is something to send.
    }
    this.#settleIdle()
  }

  #settleIdle(): void {
    if (this.#onIdle.size === 0 || !this.#isIdle()) return
    for (const resolve of this.#onIdle) resolve()
    this.#onIdle.clear()
  }

  #onReturned(bytes: number, next: number): void {
    this.#setbacks.returned(bytes)
    if (!this.#progress.comeBack(next)) return
    this.#setbacks.progressed()
    this.#settleIdle()
    this.history.trim(Math.min(this.#progress.returned + 1, this.#turn.first))
  }

  #onRefused(first: number, next: number, size: number, cause: unknown): void {
    const { link, sink } = this.#environment
    const isReady = link.status === 'ready'
    if (!this.#isEchoing) {
      this.#setbacks.noteRefusal(first, next)
      if (isReady) sink.error(SyncError.from(cause, 'publish', 'feathers-sync: could not publish'))
    } else if (isReady) {
      // All of it has come back before if it was a request of others, who will repeat that.
      const isRequested = next <= this.#progress.returned + 1
      if (!isRequested) this.#progress.rewind(first, this.history.oldest)
      this.#setbacks.refused(isRequested ? this.history.next : this.#progress.cursor, size, cause)
    }
    // Otherwise `resume` sends it again.
  }

  /** Skips the events that were evicted from the history before they were sent. */
  #dropEvicted(): void {
    const { oldest } = this.history
    if (this.#progress.cursor >= oldest) return
    this.#setbacks.overflowed(oldest, this.#progress.skipTo(oldest))
  }
}
