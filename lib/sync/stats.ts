import type { DelayStats } from '../delivery/delays.js'
import type { Delivery } from '../delivery/delivery.js'
import type { Counts, DropReason } from '../delivery/environment.js'
import type { PeerStats } from '../delivery/receive/peer-stats.js'
import type { SyncErrorKind } from '../errors.js'

/** What `app.sync.stats()` tells, counted since `configure`. */
export interface SyncStats {
  events: {
    /** Taken by the driver, for the first time. */
    sent: number
    /** Retransmitted, because an instance or the broker may have missed them. */
    resent: number
    /** Came from other instances, each counted once. */
    received: number
    /** Those of the received ones that were not delivered here, as `services`, or `sync` of the service, excludes them. */
    ignored: number
    /** Received again, and dropped. */
    duplicate: number
    /** Events of other instances that can't be recovered: the sum of the `sync-gap`s. */
    missed: number
    /** Wait for the broker now. */
    waiting: number
    /**
     * Own events that others will not get: evicted from the history before they were sent, too large, not serializable, left over when it
     * was closed, or made later.
     */
    lost: number
  }
  /**
   * Messages handed to the broker, and those that came in: own ones too, where the broker echoes them. `unsealed`: those of them that were
   * taken though they are not sealed, with `secret: { plain: 'send' }` or `'accept'`.
   */
  frames: { sent: number; received: number; unsealed: number }
  bytes: { sent: number; received: number }
  /** What can be retransmitted. */
  history: { events: number; bytes: number }
  /** The other instances that are there. */
  peers: PeerStats[]
  /**
   * How much longer messages of other instances took than the fastest one of the same instance in the last minutes. Of events that were
   * sent for the first time, and of heartbeats.
   */
  delays: DelayStats
  /**
   * Messages that were dropped before any of them was parsed, by reason: not sealed with the `secret`, altered, sent again.
   */
  dropped: Record<DropReason, number>
  /** How many errors there were, including those that were only counted because they repeat. */
  errors: number
  /** The same by kind: each has a number. */
  errorsByKind: Record<SyncErrorKind, number>
}

/** What else there is to tell, now. */
interface State {
  /** How many events wait for the broker. */
  readonly waiting: number
  /** The delivery of the latest session. */
  readonly delivery: Delivery | undefined
  /** How many there were. */
  readonly errors: number
  readonly errorsByKind: Readonly<Record<SyncErrorKind, number>>
}

export function statsOf(counts: Counts, state: State): SyncStats {
  const { waiting, delivery, errors, errorsByKind } = state
  const { sent, resent, received, ignored, duplicate, missed, lost } = counts
  const { events = 0, bytes = 0 } = delivery?.sender.history ?? {}
  return {
    events: { sent, resent, received, ignored, duplicate, missed, lost, waiting },
    frames: { sent: counts.framesSent, received: counts.framesReceived, unsealed: counts.framesUnsealed },
    bytes: { sent: counts.bytesSent, received: counts.bytesReceived },
    history: { events, bytes },
    peers: delivery?.receiver.peers.map((peer) => peer.stats) ?? [],
    delays: counts.delays.stats,
    dropped: { ...counts.dropped },
    errors,
    errorsByKind: { ...errorsByKind }
  }
}
