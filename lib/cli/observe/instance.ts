import type { Link } from '../../adapters/link.js'
import { systemClock } from '../../delivery/clock.js'
import { Counts, type Environment, type SyncGap } from '../../delivery/environment.js'
import type { PeerStats } from '../../delivery/receive/peer-stats.js'
import { Receiver } from '../../delivery/receive/receiver.js'
import { decodeFrame, type EventsFrame, type Frame } from '../../delivery/wire/frame.js'
import type { SyncError } from '../../errors.js'

/** An instance of a fleet, as it was seen last. */
export type Instance = PeerStats

/** What comes of an instance. */
export interface InstanceEvents {
  /** A payload of `count` events, in order and once; `first`: the sequence number of the first of them. */
  events(instance: Instance, payload: Uint8Array, first: number, count: number): void
  gap(gap: SyncGap): void
  error(error: SyncError): void
}

/** Never published to. */
const LINK: Link = {
  status: 'ready',
  maxPayload: Number.POSITIVE_INFINITY,
  echoes: false,
  publish: async () => {},
  reconnect: () => {}
}

/** One instance, as heard by a receive side of its own: so it is known whose the events are. */
export class ObservedInstance {
  readonly origin: string
  readonly counts = new Counts()
  readonly #receiver: Receiver
  #isThere = false
  #age = 0
  #heardAt = performance.now()
  #last: PeerStats

  /** @param liveAt when the subscription was live, as `performance.now()` tells it */
  constructor(origin: string, liveAt: number, events: InstanceEvents) {
    this.origin = origin
    this.#last = { origin, age: 0, last: 0, delay: 0, heard: 0, rate: 0 }
    const subscribedAt = systemClock.now() - (performance.now() - liveAt)
    const environment: Environment = {
      link: LINK,
      clock: systemClock,
      counts: this.counts,
      sink: {
        deliver: (payload, count) => {
          const next = this.#receiver.peer(origin)?.next ?? count
          events.events(this.now, payload, next - count, count)
        },
        plain: () => {},
        gap: (gap) => events.gap(gap),
        proven: () => {},
        error: (error) => events.error(error)
      },
      history: { events: 1, bytes: 1 },
      heartbeat: 0,
      receives: true,
      wire: 4
    }
    this.#receiver = new Receiver(environment, {
      origin: '',
      liveAt: () => subscribedAt,
      canNack: () => false,
      trustsBaselines: () => false,
      wasLate: () => {},
      requestBaselines: () => 0,
      nack: () => {}
    })
  }

  get isThere(): boolean {
    return this.#isThere
  }

  get now(): Instance {
    const silent = performance.now() - this.#heardAt
    this.#last = this.#receiver.peer(this.origin)?.stats ?? this.#last
    return { ...this.#last, heard: Math.round(silent), age: Math.round(this.#age + silent) }
  }

  take(frame: Frame): void {
    if (frame.kind === 'nack') {
      this.#receiver.overhear(frame)
      return
    }
    this.#heardAt = performance.now()
    this.#isThere = !(frame.kind === 'heartbeat' && frame.leave)
    if (frame.kind !== 'fragment') this.#age = frame.age
    switch (frame.kind) {
      case 'events':
        this.#takeEvents(frame)
        break
      case 'heartbeat':
        this.#receiver.takeHeartbeat(frame)
        break
      case 'fragment': {
        const whole = this.#receiver.takeFragment(frame)
        const joined = whole && decodeFrame(whole)
        if (joined?.kind === 'events' && joined.origin === this.origin) this.#takeEvents(joined)
      }
    }
  }

  /** What is sent again for others does not tell where its sequence begins here. */
  #takeEvents(frame: EventsFrame): void {
    if (!frame.retransmission || this.#receiver.size > 0) this.#receiver.takeEvents(frame)
  }

  /** A round is over; who was silent for `most` of them has gone. */
  round(most: number): void {
    this.#receiver.tick(most)
    if (this.#receiver.size === 0) this.#isThere = false
  }

  stop(): void {
    this.#receiver.stop()
  }
}
