import { SyncError } from '../errors.js'
import type { Audience } from './audience.js'
import type { Baselines } from './baselines.js'
import type { Environment } from './environment.js'
import type { HeartbeatFlags } from './heartbeat.js'
import type { Sender } from './send/sender.js'
import { encodeFrame, type HeartbeatFrame, type NackFrame } from './wire/frame.js'
import type { Range } from './wire/unit.js'

/** Besides joins and answers to them, every so many heartbeats say who this instance is. */
const INTRODUCTION = 10

export interface AnnouncerHost {
  readonly origin: string
  readonly sender: Sender
  readonly baselines: Baselines
  readonly audience: Audience
  /** Not all baselines fitted into a heartbeat: another one is due. */
  more(): void
  /** A frame was accepted by the driver. */
  published(): void
  /** A frame was refused, though the link is ready. */
  refused(error: SyncError): void
}

/** Writes and publishes the frames that are not events. */
export class Announcer {
  readonly #environment: Environment
  readonly #host: AnnouncerHost
  /** When the subscription was live for the first time, and how often it was. */
  #liveAt = 0
  #connections = 0
  /** When baselines were requested. */
  #requestedAt = Number.NEGATIVE_INFINITY
  /** How many heartbeats were sent since one said who this instance is. */
  #anonymous = 0

  constructor(environment: Environment, host: AnnouncerHost) {
    this.#environment = environment
    this.#host = host
  }

  /** The link is ready, for the first time or again. */
  online(): void {
    if (this.#connections === 0) this.#liveAt = this.#environment.clock.now()
    this.#connections += 1
  }

  /** When the subscription was live for the first time. */
  get liveAt(): number {
    return this.#liveAt
  }

  /** How long ago baselines were requested, in ms. */
  get requestedBefore(): number {
    return this.#environment.clock.now() - this.#requestedAt
  }

  nack(target: string, ranges: readonly Range[]): void {
    void this.#publish({ kind: 'nack', origin: this.#host.origin, target, ranges })
  }

  /** @param asks whether a join requests baselines too; the joins of the first connection do */
  async heartbeat({
    join = false,
    leave = false,
    asks = false,
    answers = false
  }: HeartbeatFlags & { leave?: boolean }): Promise<void> {
    const { origin, sender, baselines, audience } = this.#host
    const { heartbeat, clock } = this.#environment
    const { age, last, history } = sender
    const now = clock.now()
    // A whole fleet may be back: each of its members would have to be answered.
    const requests = asks || (join && this.#connections === 1)
    if (requests) this.#requestedAt = now
    const told = baselines.take(last, age)
    if (baselines.arePending) this.#host.more()
    await this.#publish({
      kind: 'heartbeat',
      origin,
      age,
      oldest: Math.min(history.oldest, last + 1),
      last,
      join,
      leave,
      ...(heartbeat > 0 && !leave && { hears: audience.hears() }),
      ...(requests && { since: Math.ceil(now - this.#liveAt + baselines.requested(age)) }),
      ...(told.length > 0 && { baselines: told, ages: told.map((one) => one.age) }),
      ...(!leave && this.#introduction(join || answers))
    })
  }

  #introduction(isRequested: boolean): { instance?: Uint8Array } {
    const { instance } = this.#environment
    this.#anonymous += 1
    if (!instance || !(isRequested || this.#anonymous >= INTRODUCTION)) return {}
    this.#anonymous = 0
    return { instance }
  }

  /** Never rejects. */
  async #publish(frame: NackFrame | HeartbeatFrame): Promise<void> {
    const { link, counts, wire } = this.#environment
    if (wire === 3) return // a frame would leave an instance of feathers-sync 3 deaf
    const bytes = encodeFrame(frame)
    const connection = this.#connections
    try {
      await link.publish(bytes)
      counts.framesSent += 1
      counts.bytesSent += bytes.length
      this.#host.published()
    } catch (cause) {
      // What was refused as its connection was lost tells nothing about the new one.
      if (link.status === 'ready' && connection === this.#connections)
        this.#host.refused(SyncError.from(cause, 'publish', 'feathers-sync: could not publish'))
    }
  }
}
