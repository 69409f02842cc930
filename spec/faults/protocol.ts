import type { SyncGap, SyncStats, SyncStatus } from '../../lib/index.js'

/** What a parent tells an instance's process, and what each order is answered with. */
export interface Orders {
  ready: undefined
  /** Events, all at once unless so many a second. */
  make: undefined
  report: Report
  measure: Measures
  /** Has the adapter connect anew. */
  reconnect: undefined
  teardown: undefined
}

/** What an instance says when it has left after a SIGTERM: its last report. */
export const FAREWELL = -1

export interface Order {
  id: number
  order: keyof Orders
  making: Making
}

export interface Making {
  count: number
  /** All at once, where it isn't said. */
  perSecond?: number
  /** Bytes of each, at least. */
  size?: number
}

/** What an instance has seen. */
export interface Report {
  /** By the name of the instance that made the events; its own are among them. */
  got: Record<string, Got>
  gaps: SyncGap[]
  errors: string[]
  /** Node's, and unhandled rejections. */
  warnings: string[]
  /** How many events it has made. */
  made: number
  status: SyncStatus
  /** How often it lost the connection, or gave it up. */
  reconnects: number
  stats: SyncStats
  /** Does it listen on a socket, as the hub of `ipc:` does? */
  isHub: boolean
}

/** The events of one maker. */
export interface Got {
  count: number
  /** The number that comes next. */
  next: number
  /** What was expected, and what came instead. */
  outOfTurn: [number, number][]
}

/** What could leak. */
export interface Measures {
  /** Bytes, after a collection of garbage. */
  heap: number
  sockets: number
  timers: number
  /** On the application, by all events together. */
  listeners: number
}
