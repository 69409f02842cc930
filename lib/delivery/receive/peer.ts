import { SyncError } from '../../errors.js'
import type { Environment } from '../environment.js'
import type { EventsFrame, FragmentFrame, HeartbeatFrame } from '../wire/frame.js'
import { decodeInstance, type Instance } from '../wire/instance.js'
import type { Range } from '../wire/unit.js'
import { FirstSight, type FirstSightHost } from './first-sight.js'
import { InOrder } from './in-order.js'
import type { PeerStats } from './peer-stats.js'
import { MAX_JUMP, PlausibilityCheck } from './plausibility.js'
import { Rate } from './rate.js'
import { Recovery, type RecoveryHost } from './recovery.js'
import type { ReorderBudget } from './reorder-buffer.js'
import { Timing } from './timing.js'

/** What all peers share. */
export interface PeerHost extends RecoveryHost, FirstSightHost {
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
  readonly #timing: Timing
  readonly #rate: Rate
  #instance: Instance = {}
  /** Until it is known where its sequence begins here. */
  #sight: FirstSight | undefined

  /**
   * @param next the sequence number of the first event to deliver, 0 if it is not known
   * @param floor the lowest that it can be: what is before was delivered by a former session
   * @param last of its events that is known to have been made
   */
  constructor(
    environment: Environment,
    host: PeerHost,
    origin: string,
    next: number,
    floor = 1,
    last = next - 1
  ) {
    this.#environment = environment
    this.origin = origin
    const now = environment.clock.now()
    this.#timing = new Timing(now)
    const onProgress = () => this.#recovery.progress()
    this.#events = new InOrder(environment, host.budget, { origin, next, floor }, onProgress)
    this.#recovery = new Recovery(environment, host, origin, this.#events)
    this.#rate = new Rate(now, last)
    if (next === 0)
      this.#sight = new FirstSight(environment, host, {
        origin,
        events: this.#events,
        recovery: this.#recovery,
        timing: this.#timing,
        place: (first) => this.#place(first)
      })
  }

  /** The sequence number of the next event to deliver. */
  get next(): number {
    return this.#events.next
  }

  /** Whether it is known where its sequence begins here. */
  get isPlaced(): boolean {
    return this.#events.isPlaced
  }

  /** How long ago it was heard, in ms. */
  get quietFor(): number {
    return this.#environment.clock.now() - this.#timing.heardAt
  }

  /** How long ago it was heard for the first time, in ms. */
  get knownFor(): number {
    return this.#environment.clock.now() - this.#timing.knownAt
  }

  /** When it was of that age, in our time. */
  timeOf(age: number): number {
    return this.#timing.bornAt + age
  }

  get stats(): PeerStats {
    const now = this.#environment.clock.now()
    return {
      origin: this.origin,
      ...this.#instance,
      age: this.#timing.age(now),
      last: Math.max(0, this.next - 1),
      delay: this.#timing.delay,
      heard: Math.round(now - this.#timing.heardAt),
      rate: Math.round(this.#rate.at(now, this.#latest) * 10) / 10
    }
  }

  /** A heartbeat round is over. */
  round(): void {
    this.silent += 1
    this.#rate.round(this.#environment.clock.now(), this.#latest)
  }

  /** The last event that is known to have been made. */
  get #latest(): number {
    return this.#environment.receives ? this.#recovery.announced : this.next - 1
  }

  takeEvents(frame: EventsFrame): void {
    const { age, retransmission, first, next } = frame
    const last = next - 1
    this.hear()
    if (this.#sight && first === 1 && !retransmission) this.#place(1)
    if (retransmission ? this.isPlaced && last - this.next > MAX_JUMP : !this.#accept(age, first, last))
      return
    this.#recovery.announce(last)
    this.#events.take(frame, retransmission ? undefined : age)
    this.#review(retransmission)
  }

  /** Its events are ignored, but they are a sign of life. */
  ignore({ age, retransmission, next }: EventsFrame): void {
    this.hear()
    if (retransmission) return
    this.#timing.take(age)
    this.#events.next = next
  }

  takeHeartbeat(frame: HeartbeatFrame): void {
    const { age, oldest, last, leave, instance } = frame
    if (instance) this.#instance = decodeInstance(instance)
    if (!this.#environment.receives) this.#events.next = last + 1
    this.hear()
    this.#sight?.takeHeartbeat(frame)
    if (!this.#accept(age, last + 1, last)) return
    this.#recovery.announce(last)
    this.#recovery.available(oldest)
    if (leave) this.#leave('announced')
    else this.#review()
  }

  takeFragment({ first, index, total }: FragmentFrame): void {
    this.hear()
    this.#recovery.takeFragment(first, index === total - 1)
  }

  /** Another instance has sent a NACK to this one. */
  overhear(ranges: readonly Range[]): void {
    this.#recovery.overhear(ranges)
  }

  /** It is not heard any more: missing events will be given up, and held ones delivered. */
  fade(): void {
    this.#leave('silent')
  }

  stop(): void {
    this.#sight?.stop()
    this.#recovery.stop()
    this.#events.clear()
  }

  #leave(reason: 'announced' | 'silent'): void {
    this.#sight?.leave()
    this.#recovery.leave(reason)
  }

  #review(isRetransmission = false): void {
    if (this.#sight) this.#sight.proceed(isRetransmission)
    else this.#recovery.review()
  }

  /** A frame of it was received. */
  hear(): void {
    this.#recovery.heard()
    this.#sight?.heard()
    this.silent = 0
    this.#timing.heardAt = this.#environment.clock.now()
  }

  /** Notes what a frame tells about its origin's sequence. False if it is not plausible. */
  #accept(age: number, first: number, last: number): boolean {
    this.#environment.counts.delays.add(this.#timing.take(age))
    if (!this.isPlaced) {
      this.#recovery.confirm(last)
      return true
    }
    const verdict = this.#environment.isAuthentic
      ? 'accepted'
      : this.#plausibility.judge(this.#timing.heardAt, this.next, last)
    if (verdict === 'refused') return false
    if (verdict === 'reset') this.#reset(first)
    this.#recovery.confirm(last)
    return true
  }

  #place(first: number): void {
    this.#sight?.stop()
    this.#sight = undefined
    this.#events.place(first)
    this.#recovery.announce(this.next - 1)
    this.#recovery.review()
  }

  #reset(first: number): void {
    this.#events.clear()
    this.#events.next = first
    this.#recovery.reset()
    const text = `the sequence of instance ${this.origin} was reset, its events are delivered from ${first} on`
    this.#environment.sink.error(new SyncError('frame', `feathers-sync: ${text}`))
  }
}
