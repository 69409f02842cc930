import { SyncError } from '../../errors.js'
import type { Clock } from '../clock.js'
import type { Counts } from '../counts.js'
import { Joiner } from '../wire/fragments.js'
import type { AskFrame, BeatFrame, EventsFrame, PartFrame } from '../wire/frame.js'
import type { Range } from '../wire/range.js'
import { Peer } from './peer.js'
import type { PeerHost } from './peer-host.js'
import { WindowBudget } from './reorder-buffer.js'

/** How many other instances are known at a time, and how many of those that left are remembered. */
const MAX_PEERS = 10_000
const MAX_TOMBSTONES = 20_000

/** Who is deaf notices it in four rounds of the heartbeat at most, each of 1.25 periods, and connects anew in one more. */
const PATIENCE = 6

/** Events of another instance that could not be had: the broker lost them and their origin has them no more. */
export interface SyncGap {
  /** The instance that made them, as in `app.sync.stats().peers`. */
  origin: string
  /** The numbers of the first and the last of them. */
  from: number
  to: number
  /** How many there are. */
  missed: number
}

export interface InboxOptions {
  readonly clock: Clock
  readonly counts: Counts
  /** The period of the heartbeat in ms, 0 for none. */
  readonly heartbeat: number
  /** False: events are of no interest, only who is there. */
  readonly receives: boolean
  /** Takes the payload of `count` events of another instance. Doesn't throw. */
  deliver(payload: Uint8Array, count: number): void
  gap(gap: SyncGap): void
  error(error: SyncError): void
  canAsk(): boolean
  ask(target: string, ranges: readonly Range[]): void
}

/** Takes the frames of all other instances, and hands their events on: each once, in the order of its origin. */
export class Inbox {
  readonly #options: InboxOptions
  readonly #host: PeerHost
  readonly #openedAt: number
  readonly #peers = new Map<string, Peer>()
  /** The next number of those that have left: a process that slept comes back under its old id. */
  readonly #tombstones = new Map<string, number>()
  readonly #joiner = new Joiner()

  constructor(options: InboxOptions) {
    const { clock, counts, heartbeat, canAsk, ask } = options
    this.#options = options
    this.#openedAt = clock.now()
    this.#host = {
      clock,
      beats: heartbeat > 0,
      patience: PATIENCE * heartbeat,
      canAsk,
      ask,
      budget: new WindowBudget(),
      group: () => this.#peers.size,
      deliver: ({ payload, count }) => {
        counts.received += count
        options.deliver(payload, count)
      },
      duplicate: (events) => {
        counts.duplicate += events
      },
      gap: (origin, range) => this.#onGap(origin, range),
      renumbered: (origin) => {
        const text = `feathers-sync: the numbers of instance ${origin} went back, its events are taken from there on`
        options.error(new SyncError('frame', text))
      },
      left: (origin) => this.#bury(origin)
    }
  }

  /** The other instances that are known to be there. */
  get peers(): Peer[] {
    return [...this.#peers.values()]
  }

  /** How many there are, at a guess. */
  get size(): number {
    return this.#peers.size
  }

  takeEvents(frame: EventsFrame): void {
    if (!this.#options.receives) return
    this.#peerOf(frame, frame.first, frame.resent)?.takeEvents(frame)
  }

  takeBeat(frame: BeatFrame): void {
    const peer = this.#peerOf(frame, frame.last + 1, false)
    if (!peer) return
    if (!this.#options.receives) peer.next = frame.last + 1
    peer.takeBeat(frame)
  }

  /** Returns the whole frame with its last part. */
  takePart(frame: PartFrame): Buffer | undefined {
    if (!this.#options.receives) return undefined
    const peer = this.#peers.get(frame.origin)
    if (peer) peer.silent = 0
    return this.#joiner.take(frame)
  }

  /** Another instance asks a third one. */
  overhear({ target, ranges }: AskFrame): void {
    this.#peers.get(target)?.overhear(ranges)
  }

  /** A round of the heartbeat in which this instance could hear: who was silent for `most` of them has left. */
  tick(most: number): void {
    for (const peer of this.#peers.values()) {
      peer.silent += 1
      if (peer.silent >= most) peer.fade()
    }
  }

  stop(): void {
    for (const peer of this.#peers.values()) peer.stop()
    this.#peers.clear()
  }

  #peerOf({ origin, age }: EventsFrame | BeatFrame, baseline: number, resent: boolean): Peer | undefined {
    const known = this.#peers.get(origin)
    if (known) return known
    const isYounger = age <= this.#options.clock.now() - this.#openedAt
    const next = this.#tombstones.get(origin) ?? (isYounger ? 1 : baseline)
    // What is sent again for somebody else is no beginning.
    if (resent && !isYounger && !this.#tombstones.has(origin)) return undefined
    this.#tombstones.delete(origin)
    if (this.#peers.size >= MAX_PEERS) this.#buryTheMostSilent()
    const peer = new Peer(this.#host, origin, next)
    this.#peers.set(origin, peer)
    return peer
  }

  #onGap(origin: string, { from, to }: Range): void {
    const missed = to - from + 1
    this.#options.counts.missed += missed
    this.#options.gap({ origin, from, to, missed })
  }

  #bury(origin: string): void {
    const peer = this.#peers.get(origin)
    if (!peer) return
    peer.stop()
    this.#peers.delete(origin)
    this.#joiner.forget(origin)
    this.#tombstones.set(origin, peer.next)
    if (this.#tombstones.size <= MAX_TOMBSTONES) return
    const [oldest] = this.#tombstones.keys()
    if (oldest !== undefined) this.#tombstones.delete(oldest)
  }

  #buryTheMostSilent(): void {
    let most: Peer | undefined
    for (const peer of this.#peers.values()) if (!most || peer.silent > most.silent) most = peer
    if (most) this.#bury(most.origin)
  }
}
