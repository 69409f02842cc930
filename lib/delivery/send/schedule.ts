import type { Clock } from '../clock.js'
import { EVENTS_OVERHEAD } from '../wire/frame.js'
import type { Range } from '../wire/unit.js'
import type { History } from './history.js'
import type { InFlight } from './in-flight.js'
import type { Progress } from './progress.js'
import { RetransmissionLimit } from './retransmission-limit.js'
import { Retransmissions } from './retransmissions.js'
import type { Setbacks } from './setbacks.js'

/** What a schedule takes events from, and where it hands them to. */
export interface ScheduleParts {
  readonly history: History
  readonly progress: Progress
  readonly setbacks: Setbacks
  readonly inFlight: InFlight
  /** Events are sent for the first time. */
  onSent(): void
}

/** Decides what is sent next: what was lost with a connection, then requested and new events in turns. */
export class Schedule {
  readonly #parts: ScheduleParts
  /** What other instances requested. */
  readonly #requested: Retransmissions
  /** What the driver refused when the connection was lost, where nothing comes back. */
  readonly #lost: Retransmissions
  /** Whether it is the turn of new events, after a retransmission. */
  #isTurnOfNew = false

  constructor(clock: Clock, parts: ScheduleParts) {
    const limit = new RetransmissionLimit(clock)
    this.#parts = parts
    this.#requested = new Retransmissions(parts.history, (unit) => limit.allow(unit))
    this.#lost = new Retransmissions(parts.history, () => true)
  }

  /** Whether there is anything to send. */
  get isEmpty(): boolean {
    return this.#waiting === 0 && this.#requested.isEmpty && this.#lost.isEmpty
  }

  /** Other instances have requested events. */
  request(ranges: readonly Range[]): void {
    this.#requested.add(ranges)
  }

  /** The loss of the connection took events. */
  repeat(ranges: Iterable<Range>): void {
    this.#lost.add([...ranges])
  }

  /** Sends one frame; `isFull`: also one that could still grow. Returns whether there was one. */
  send(isFull: boolean): boolean {
    if (this.#sendAgain(this.#lost)) return true
    this.#isTurnOfNew = !this.#isTurnOfNew
    // Neither a burst of NACKs nor one of events keeps the other waiting.
    return this.#isTurnOfNew
      ? this.sendRequested() || this.#sendNext(isFull)
      : this.#sendNext(isFull) || this.sendRequested()
  }

  /** Sends one frame of requested events. Returns whether there was one. */
  sendRequested(): boolean {
    return !this.#parts.setbacks.limits.isSuspicious && this.#sendAgain(this.#requested)
  }

  get #waiting(): number {
    const { history, progress } = this.#parts
    return history.next - progress.cursor
  }

  #sendAgain(queue: Retransmissions): boolean {
    if (queue.isEmpty) return false
    const { inFlight, setbacks } = this.#parts
    const { size } = setbacks
    const batch = queue.take(size - EVENTS_OVERHEAD)
    if (batch) inFlight.send(batch, true, size)
    return batch !== undefined
  }

  #sendNext(isFull: boolean): boolean {
    if (this.#waiting === 0) return false
    const { history, inFlight, progress, setbacks } = this.#parts
    const { isSuspicious } = setbacks.limits
    if (isSuspicious && !inFlight.isAllEchoed()) return false
    const { size } = setbacks
    const { cursor, retransmittedUntil } = progress
    const batch = history.batch(cursor, isSuspicious ? 0 : size - EVENTS_OVERHEAD, retransmittedUntil)
    if (!isFull && !isSuspicious && batch.next === history.next && inFlight.isBusy) return false
    progress.sent(batch.next)
    if (retransmittedUntil === undefined) this.#parts.onSent()
    inFlight.send(batch, retransmittedUntil !== undefined, size)
    return true
  }
}
