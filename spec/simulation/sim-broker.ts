import type { Link } from '../../lib/adapters/link.js'
import { KIND_AT, KINDS } from '../../lib/delivery/wire/frame.js'
import type { SyncStatus } from '../../lib/index.js'
import type { SimClock } from './sim-clock.js'
import type { SimInstance } from './sim-instance.js'

/** What a network does to messages, as probabilities of each message and copy. */
export interface Weather {
  loss: number
  duplication: number
  reordering: number
  /** How long a message takes on each of its two ways, in ms at most. */
  delay: number
}

export const FAIR: Weather = { loss: 0, duplication: 0, reordering: 0, delay: 3 }

/** Larger messages are refused, or cost the connection of their publisher, or of all subscribers. */
export interface SizeLimit {
  bytes: number
  effect: 'refuses' | 'cuts publisher' | 'cuts subscribers'
}

/** A broker that delivers each message to all, including its publisher, unless told otherwise. */
export class SimBroker {
  weather = FAIR
  isUp = true
  limit: SizeLimit | undefined
  /** Messages published so far, and the copies delivered. */
  published = 0
  delivered = 0
  /** How many of those published were NACKs. */
  nacks = 0
  readonly links = new Set<SimLink>()
  /** All instances there ever were, by origin. */
  readonly instances = new Map<string, SimInstance>()

  constructor(readonly clock: SimClock) {}

  /** Restarts: messages in transit are lost. All links reconnect some time after it is up. */
  restart(downtime: number): void {
    this.isUp = false
    for (const link of this.links) link.cut()
    this.clock.after(downtime, () => {
      this.isUp = true
    })
  }

  publish(from: SimLink, bytes: Uint8Array): void {
    this.published += 1
    const { bytes: most = Number.POSITIVE_INFINITY, effect } = this.limit ?? {}
    const isTooLarge = bytes.length > most
    if (isTooLarge && effect === 'cuts publisher') {
      from.cut()
      return
    }
    if (bytes[KIND_AT] === KINDS.nack) this.nacks += 1
    for (const to of this.links) {
      if (to.partition !== from.partition || from.unheardBy.has(to) || this.clock.chance(this.weather.loss))
        continue
      if (isTooLarge) {
        to.cut()
        continue
      }
      to.send(bytes)
      if (this.clock.chance(this.weather.duplication)) to.send(bytes, this.clock.random() * 2000)
    }
  }
}

/** One instance's connection, like a driver that reconnects by itself. */
export class SimLink implements Link {
  status: SyncStatus = 'connecting'
  readonly maxPayload: number
  readonly echoes = true
  /** Connected, but its messages are lost (mute), or nothing is received (deaf); until it reconnects. */
  mute = false
  deaf = false
  /** Its messages do not reach these, until one of both reconnects. */
  readonly unheardBy = new Set<SimLink>()
  /** Links of different partitions don't hear each other. */
  partition = 0
  reconnects = 0
  /** Connected, but nothing is accepted: each message is refused, or waits until the broker has room again. */
  isRefusing = false
  refusedAt = Number.NEGATIVE_INFINITY
  isBlocked = false
  #blocked: (() => void)[] = []
  onMessage: (bytes: Uint8Array) => void = () => {}
  onReady: () => void = () => {}
  onAway: () => void = () => {}
  readonly #broker: SimBroker
  readonly #pace: number
  #connection = 0
  #upAt = 0
  #downAt = 0

  /** @param pace how long connecting takes at most, in ms */
  constructor(broker: SimBroker, pace: number, maxPayload: number) {
    this.#broker = broker
    this.#pace = pace
    this.maxPayload = maxPayload
    broker.links.add(this)
    this.#connect()
  }

  async publish(bytes: Uint8Array): Promise<void> {
    this.#broker.clock.isAwaited = true
    if (this.status !== 'ready') throw new Error('away')
    if (bytes.length > this.maxPayload) throw new Error('too large')
    const { limit } = this.#broker
    if (limit?.effect === 'refuses' && bytes.length > limit.bytes) throw new Error('refused for its size')
    if (this.isRefusing) throw new Error('refused')
    if (this.isBlocked) await new Promise<void>((resolve) => this.#blocked.push(resolve))
    const { clock, weather } = this.#broker
    const connection = this.#connection
    const isMute = this.mute
    this.#upAt = Math.max(this.#upAt, clock.now() + clock.random() * weather.delay)
    await new Promise<void>((resolve, reject) => {
      clock.after(this.#upAt - clock.now(), () => {
        clock.isAwaited = true
        // Cut: the driver rejects, and whether the broker received the message is unknown.
        if (connection !== this.#connection && clock.chance(0.5)) return reject(new Error('cut'))
        if (!isMute) this.#broker.publish(this, bytes)
        if (connection === this.#connection) resolve()
        else reject(new Error('cut'))
      })
    })
  }

  unblock(): void {
    this.isBlocked = false
    const blocked = this.#blocked
    this.#blocked = []
    this.#broker.clock.isAwaited = true
    for (const resolve of blocked) resolve()
  }

  reconnect(): void {
    this.reconnects += 1
    this.cut()
  }

  /** @param downtime for how long it can't reconnect, in ms */
  cut(downtime = 0): void {
    if (this.status === 'closed') return
    this.#connection += 1
    this.status = 'reconnecting'
    this.onAway()
    this.unblock()
    this.#connect(downtime)
  }

  /** The instance is killed, or has closed its adapter. */
  end(): void {
    this.status = 'closed'
    this.#connection += 1
    this.#broker.links.delete(this)
  }

  send(bytes: Uint8Array, extra = 0): void {
    if (this.status !== 'ready' || this.deaf) return
    const { clock, weather } = this.#broker
    const connection = this.#connection
    let at = clock.now() + extra + clock.random() * weather.delay
    if (extra === 0 && !clock.chance(weather.reordering)) {
      at = Math.max(this.#downAt, at)
      this.#downAt = at
    } else at += clock.random() * 200
    clock.after(at - clock.now(), () => {
      if (connection !== this.#connection) return
      this.#broker.delivered += 1
      this.onMessage(bytes)
    })
  }

  #connect(downtime = 0): void {
    const { clock } = this.#broker
    const connection = this.#connection
    clock.after(downtime + 1 + clock.random() * this.#pace, () => {
      if (connection !== this.#connection || this.status === 'closed') return
      if (!this.#broker.isUp) return this.#connect()
      this.mute = this.deaf = false
      this.unheardBy.clear()
      for (const other of this.#broker.links) other.unheardBy.delete(this)
      this.status = 'ready'
      this.onReady()
    })
  }
}
