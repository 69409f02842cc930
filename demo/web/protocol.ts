/** What the process of the demo and those of its instances tell each other. */
import type { PeerStats, SyncHealth, SyncStats, SyncStatus } from '../../lib/index.js'
import type { Database } from './database.js'

/** The methods of the database that an instance can call. */
export type Query = {
  [Method in keyof Database]: { method: Method; args: Parameters<Database[Method]> }
}[keyof Database]

/** Which messages are dropped on their way to an instance. */
export interface Losses {
  /** How many. */
  count: number
  /** Retransmissions of what they contained are dropped as well: it is lost for good. */
  forGood: boolean
}

export type ToInstance =
  | { type: 'answer'; id: number; result?: unknown; error?: string }
  | { type: 'lose'; losses: Losses }

/** How an instance is, twice a second. */
export interface Report {
  status: SyncStatus
  /** Whether it has the hub of `ipc:`. */
  isHub: boolean
  /** How many messages it will still drop. */
  toDrop: number
  events: SyncStats['events']
  health: SyncHealth
  /** The other instances, as it sees them. */
  peers: PeerStats[]
}

/** Something that has happened to an instance. */
export type Note =
  | { kind: 'dropped'; stamps: string[] }
  | { kind: 'gap'; missed: number }
  | { kind: 'error'; text: string }

export type FromInstance =
  | { type: 'query'; id: number; query: Query }
  | { type: 'listening'; port: number }
  | { type: 'report'; report: Report }
  | { type: 'note'; note: Note }
  | { type: 'failure'; text: string }
