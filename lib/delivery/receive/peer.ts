import { SyncError } from '../../errors.js'
import type { Environment } from '../environment.js'
import { unitsOf } from '../wire/batch.js'
import type { EventsFrame, HeartbeatFrame } from '../wire/frame.js'
import type { Range } from '../wire/unit.js'
import { InOrder } from './in-order.js'
import { MAX_JUMP, PlausibilityCheck } from './plausibility.js'
import { Recovery, type RecoveryHost } from './recovery.js'
import type { ReorderBudget } from './reorder-buffer.js'

/** Another instance, as `app.sync.stats()` shows it. */
export interface PeerStats {
  origin: string
  /** The sequence number of the last of its events that was delivered here. */
  last: number
  /** How much longer its latest frame took than its fastest one, in ms. */
  delay: number
  /** How long ago it was heard, in ms. */
  heard: number
}

/** What all peers share. */
export interface PeerHost extends RecoveryHost {
  readonly budget: ReorderBudget
}

/** Another instance as seen from here: checks its frames, and passes them to in-order delivery and recovery. */
export class Peer {
  readonly origin: string
  /** For how many heartbeat rounds it was not heard. */
  silent = 0
  readonly #environment: Environment
  readonly #events: InOrder
  readonly #recovery: Recovery
  readonly #plausibility = new PlausibilityCheck()
  #heardAt: number
  #transit = 0
  #fastest = Number.POSITIVE_INFINITY

  /** @param next the sequence number of the first event to deliver */
  constructor(environment: Environment, host: PeerHost, origin: string, next: number) {
    this.#environment = environment
    this.origin = origin
    this.#heardAt = environment.clock.now()
    this.#events = new InOrder(environment, host.budget, origin, next, () => this.#recovery.progress())
    this.#recovery = new Recovery(environment, host, origin, this.#events)
  }

  /** The sequence number of the next event to deliver. */
  get next(): number {
    return this.#events.next
  }

  get stats(): PeerStats {
    return {
      origin: this.origin,
      last: this.next - 1,
      delay: Math.max(0, Math.round(this.#transit - this.#fastest)),
      heard: Math.round(this.#environment.clock.now() - this.#heardAt)
    }
  }

  takeEvents(frame: EventsFrame): void {
    const { age, retransmission, first, next } = frame
    const last = next - 1
    this.#hear()
    if (retransmission ? last - this.next > MAX_JUMP : !this.#accept(age, first, last)) return
    this.#recovery.announce(last)
    for (const unit of unitsOf(frame)) this.#events.take(unit)
    this.#recovery.review()
  }

  takeHeartbeat({ age, oldest, last, leave }: HeartbeatFrame): void {
    if (!this.#environment.receives) this.#events.next = last + 1
    this.#hear()
    if (!this.#accept(age, last + 1, last)) return
    this.#recovery.announce(last)
    this.#recovery.available(oldest)
    if (leave) this.#recovery.leave('announced')
    else this.#recovery.review()
  }

  /** Another instance has sent a NACK to this one. */
  overhear(ranges: readonly Range[]): void {
    this.#recovery.overhear(ranges)
  }

  /** It is not heard any more: missing events will be given up, and held ones delivered. */
  fade(): void {
    this.#recovery.leave('silent')
  }

  stop(): void {
    this.#recovery.stop()
    this.#events.clear()
  }

  #hear(): void {
    this.#recovery.heard()
    this.silent = 0
    this.#heardAt = this.#environment.clock.now()
  }

  /** Notes what a frame tells about its origin's sequence. False if it is not plausible. */
  #accept(age: number, first: number, last: number): boolean {
    this.#transit = this.#heardAt - age
    this.#fastest = Math.min(this.#fastest, this.#transit)
    const verdict = this.#plausibility.judge(this.#heardAt, this.next, last)
    if (verdict === 'refused') return false
    if (verdict === 'reset') this.#reset(first)
    this.#recovery.confirm(last)
    return true
  }

  #reset(first: number): void {
    this.#events.clear()
    this.#events.next = first
    this.#recovery.reset()
    const text = `the sequence of instance ${this.origin} was reset, its events are delivered from ${first} on`
    this.#environment.sink.error(new SyncError('frame', `feathers-sync: ${text}`))
  }
}
