// What a process of the soak and its parent tell each other. Times are those of the machine's monotonic clock, in ms.
import type { SyncStatus } from '../../lib/index.js'

/** Also a busy machine sends what waits within so many ms. */
export const CLOSE_TIMEOUT = 8000

export interface Setup {
  id: number
  uri: string
  key: string
  seed: string
  /** No event above 1 MB, no bulk call above 2 MB, nothing made during a teardown, and none before the first connection. */
  calm: boolean
  /** So many events, and then it leaves; none: it goes on until it is told to leave. */
  events?: number
}

/** What a process got of a maker, in order: events `from` to `to`. */
export type Delivered = [maker: number, from: number, to: number]
/** A `sync-gap`. */
export type Gap = [origin: string, from: number, to: number, missed: number]

export interface Report {
  kind: 'report'
  /** In the order in which it came. */
  log: (Delivered | Gap)[]
  at: number
  /** All events up to this one have been emitted. */
  made: number
  /** The first of its own events that it can still send again. */
  oldest: number
  /** When event `first`, and none before it, had yet to be made. */
  moments: [at: number, first: number][]
  statuses: [at: number, status: SyncStatus][]
  /** Bytes. */
  rss: number
  /** Does it listen on a socket, as the hub of `ipc:` does? */
  isHub: boolean
}

export type Message =
  | Report
  /** As seen in the first message it published. */
  | { kind: 'origin'; origin: string }
  | { kind: 'ready'; at: number }
  /** Unhandled rejections, warnings of Node, events that came in altered. */
  | { kind: 'trouble'; text: string }
  /** `app.teardown()` has been called. */
  | { kind: 'leaving' }
  /** It is over: so many events could not be sent. */
  | { kind: 'left'; unsent: number; at: number }
  /** The answer to `pause`. */
  | { kind: 'paused' }

/** `pause`: no more events, but for one. */
export type Order = 'pause' | 'leave'

/** The machine's monotonic clock, the same for all its processes, in ms. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
