import type { Environment } from '../environment.js'
import { Reassembly } from '../wire/fragments.js'
import type { EventsFrame, FragmentFrame, HeartbeatFrame, NackFrame } from '../wire/frame.js'
import type { FirstSightHost } from './first-sight.js'
import { Peer, type PeerHost } from './peer.js'
import type { NackSender } from './recovery.js'
import { ReorderBudget } from './reorder-buffer.js'

/** How many other instances are known at a time, and how many of those that left are remembered. */
const MAX_PEERS = 10_000
const MAX_TOMBSTONES = 20_000

export interface ReceiverHost extends NackSender, FirstSightHost {}

/** The receive side: takes the frames of all other instances, and delivers their events in the order of each origin, once. */
export class Receiver {
  readonly #environment: Environment
  readonly #host: PeerHost
  readonly #peers = new Map<string, Peer>()
  /** The next sequence number of those that left: a suspended process comes back under its old id. */
  readonly #tombstones = new Map<string, number>()
  /** The sequence numbers below which a former receiver has delivered everything that was to be delivered here. */
  readonly #floors = new Map<string, number>()
  readonly #reassembly: Reassembly

  constructor(environment: Environment, host: ReceiverHost) {
    this.#environment = environment
    this.#reassembly = new Reassembly(() => environment.clock.now())
    this.#host = {
      ...host,
      budget: new ReorderBudget(),
      groupSize: () => this.#peers.size,
      left: (origin) => this.#retire(origin)
    }
  }

  /** The other instances known to be there. */
  get peers(): Peer[] {
    return [...this.#peers.values()]
  }

  /** When the sender of a heartbeat had subscribed for the first time, in our time. */
  subscribedAt({ origin, age, since = 0 }: HeartbeatFrame): number {
    const { clock } = this.#environment
    return (this.#peers.get(origin)?.timeOf(age) ?? clock.now()) - since
  }

  peer(origin: string): Peer | undefined {
    return this.#peers.get(origin)
  }

  /** How many are known to be there. */
  get size(): number {
    return this.#peers.size
  }

  takeEvents(frame: EventsFrame): void {
    const { receives, sink } = this.#environment
    if (receives) {
      this.#peerOf(frame, frame.first).takeEvents(frame)
      return
    }
    // Heard, even if its events are ignored: it sends no heartbeats meanwhile.
    this.#peerOf(frame, frame.next).ignore(frame)
    sink.untaken?.(frame.next - frame.first)
  }

  takeHeartbeat(frame: HeartbeatFrame): void {
    this.#peerOf(frame, frame.last + 1).takeHeartbeat(frame)
  }

  /** Returns the whole frame with its last fragment. */
  takeFragment(frame: FragmentFrame): Buffer | undefined {
    this.#peers.get(frame.origin)?.takeFragment(frame)
    if (!this.#environment.receives) return undefined
    return this.#reassembly.take(frame)
  }

  /** Another instance has sent a NACK to a third one. */
  overhear({ target, ranges }: NackFrame): void {
    this.#peers.get(target)?.overhear(ranges)
  }

  /** A heartbeat round in which this instance could hear: peers that were silent for `most` rounds have left. */
  tick(most: number): void {
    for (const peer of this.#peers.values()) {
      peer.round()
      if (peer.silent >= most) peer.fade()
    }
  }

  /**
   * Takes over from another receiver, which was stopped: delivers nothing again.
   *
   * @param resumes whether it goes on where that one was stopped, with what was made meanwhile
   */
  follow(former: Receiver, resumes: boolean): void {
    for (const [origin, next] of former.#floors) this.#floors.set(origin, next)
    for (const [origin, next] of former.#tombstones) {
      const places = resumes ? this.#tombstones : this.#floors
      places.set(origin, next)
    }
    for (const origin of this.#floors.keys()) {
      if (this.#floors.size <= MAX_TOMBSTONES) break
      this.#floors.delete(origin)
    }
  }

  stop(): void {
    for (const { origin } of this.peers) this.#retire(origin)
  }

  #peerOf(frame: EventsFrame | HeartbeatFrame, baseline: number): Peer {
    const { origin } = frame
    const known = this.#peers.get(origin)
    if (known) return known
    const next = this.#tombstones.get(origin) ?? (this.#environment.receives ? 0 : baseline)
    this.#tombstones.delete(origin)
    if (this.#peers.size >= MAX_PEERS) this.#retireMostSilent()
    const last = frame.kind === 'events' ? frame.next - 1 : frame.last
    const peer = new Peer(this.#environment, this.#host, origin, next, this.#floors.get(origin), last)
    this.#peers.set(origin, peer)
    return peer
  }

  #retire(origin: string): void {
    const peer = this.#peers.get(origin)
    if (!peer) return
    peer.stop()
    this.#peers.delete(origin)
    this.#reassembly.forget(origin)
    if (peer.isPlaced) this.#tombstones.set(origin, peer.next)
    if (this.#tombstones.size <= MAX_TOMBSTONES) return
    const [oldest] = this.#tombstones.keys()
    if (oldest !== undefined) this.#tombstones.delete(oldest)
  }

  #retireMostSilent(): void {
    let most: Peer | undefined
    for (const peer of this.#peers.values()) if (!most || peer.silent > most.silent) most = peer
    if (most) this.#retire(most.origin)
  }
}
