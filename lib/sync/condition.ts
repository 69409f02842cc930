import type { SyncAdapter, SyncStatus } from '../adapters/sync-adapter.js'
import type { Counts, DropReason } from '../delivery/environment.js'
import type { ResolvedOptions } from './options.js'
import type { Session } from './session.js'

/** How an instance is, at present. */
export interface Condition {
  readonly status: SyncStatus
  /** `leaving`: `app.teardown()` was called. `closed`: by `close()`, or because of a permanent error. */
  readonly life: 'open' | 'leaving' | 'closed'
  readonly sends: boolean
  /** `refused`: this instance can't publish, for all that is known nobody can; `-alone`: others can; `-always`: it never could. */
  readonly publishing: 'open' | 'refused' | 'refused-always' | 'refused-alone'
  /** The broker has said that it takes no messages for now. */
  readonly isBlocked: boolean
  /** The broker takes messages, but nothing comes back. */
  readonly isStalled: boolean
  readonly waiting: number
  /** How many own events have left the history before they were sent, ever. */
  readonly overflowed: number
  readonly peers: number
  /** Messages that were dropped before anything of them was parsed, ever. */
  readonly dropped: Readonly<Record<DropReason, number>>
}

interface Parts {
  readonly status: SyncStatus
  readonly adapter: SyncAdapter
  readonly options: ResolvedOptions
  readonly counts: Counts
  /** The one that is open, the latest one, and the one that `app.teardown()` will close. */
  readonly session: Session | undefined
  readonly latest: Session | undefined
  readonly leaving: Session | undefined
}

export function conditionOf(parts: Parts): Condition {
  const { status, adapter, options, counts, session, latest, leaving } = parts
  const sender = session?.delivery.sender
  return {
    status,
    life: session === undefined ? 'closed' : session === leaving ? 'leaving' : 'open',
    sends: options.mode !== 'receive',
    publishing: latest?.delivery.publishing ?? 'open',
    isBlocked: adapter.isBlocked,
    isStalled: sender?.isStalled ?? false,
    waiting: sender?.waiting ?? 0,
    overflowed: counts.overflowed,
    peers: latest?.delivery.receiver.size ?? 0,
    dropped: counts.dropped
  }
}
