import type { Link } from '../adapters/link.js'
import type { SyncError } from '../errors.js'
import type { Clock } from './clock.js'
import { Delays } from './delays.js'
import type { HistoryLimit } from './send/history.js'

/** Events of another instance that are lost: its origin could not send them, or the broker did not deliver them and it no longer has them. */
export interface SyncGap {
  /** The instance that made them, as in `app.sync.stats().peers`. */
  origin: string
  /** The sequence numbers of the first and the last of them. */
  from: number
  to: number
  /** How many there are. */
  missed: number
}

/**
 * Why a message is dropped before any of it is parsed:
 *
 * - `unsealed`: it is not sealed, though `secret` is set
 * - `sealed`: it is sealed, though no `secret` is set
 * - `foreign`: it is sealed with another secret
 * - `altered`: it is not as it was sealed, or truncated
 * - `replayed`: it was received before, or other ones of its origin that were sealed long after it
 * - `outdated`: it is the first one of its origin over this connection, and was sealed too long ago, or in the future
 */
export type DropReason = 'unsealed' | 'sealed' | 'foreign' | 'altered' | 'replayed' | 'outdated'

/** What delivery counts, from the start. */
export class Counts {
  /** Events that the driver accepted, first transmissions only. */
  sent = 0
  /** Events of other instances that came in, each once. */
  received = 0
  /** Those of them that are not delivered here, as they are excluded on purpose. */
  ignored = 0
  /** Events that were received again, and dropped. */
  duplicate = 0
  /** Events that were retransmitted. */
  resent = 0
  /** Events of other instances that are lost: the sum of the gaps. */
  missed = 0
  /**
   * Own events that others will not get: evicted from the history before they were sent, too large, not serializable, left over at the
   * close, or made after it.
   */
  lost = 0
  /** Those of them that were evicted. */
  overflowed = 0
  framesSent = 0
  framesReceived = 0
  bytesSent = 0
  bytesReceived = 0
  /** Messages that were taken though they are not sealed, and a `secret` is set. */
  framesUnsealed = 0
  /** Messages that were dropped before any of them was parsed. */
  readonly dropped: Record<DropReason, number> = {
    unsealed: 0,
    sealed: 0,
    foreign: 0,
    altered: 0,
    replayed: 0,
    outdated: 0
  }
  /** How much longer messages of other instances took than the fastest one of the same instance. */
  readonly delays = new Delays()
}

/** Where received events and reports go. None of it throws. */
export interface Sink {
  /** Takes the payload of `count` events of another instance, in order and once. */
  deliver(payload: Uint8Array, count: number): void
  /** Takes a message that is not a frame, such as one of feathers-sync 3. */
  plain(bytes: Uint8Array): void
  /** What the first of the `count` events of an own payload is called, for a report; undefined if that is not known. */
  nameIn?(payload: Uint8Array, count: number): string | undefined
  /** Events came in that are not taken, as this instance only sends. */
  untaken?(count: number): void
  gap(gap: SyncGap): void
  /** A connection is proven: an own frame has come back. Or it can only receive. */
  proven(): void
  error(error: SyncError): void
}

/** All that delivery needs from outside, handed down whole to its parts. */
export interface Environment {
  readonly link: Link
  readonly clock: Clock
  readonly counts: Counts
  readonly sink: Sink
  readonly history: HistoryLimit
  /** The period of the heartbeat in ms, 0 for none. */
  readonly heartbeat: number
  /** Whether all that is received is of members: then no sequence number is forged. */
  readonly isAuthentic?: boolean
  /** False: the events of other instances are ignored. */
  readonly receives: boolean
  /** The ids that this instance had before: what they sent is not another instance's. */
  readonly formerOrigins?: ReadonlySet<string>
  /** Who this instance is, for the others to see: what `encodeInstance` returned. */
  readonly instance?: Uint8Array | undefined
  /** 3: payloads are sent without frames, and nothing else is sent. */
  readonly wire: 3 | 4
}
