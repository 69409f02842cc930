import type { ServerInfo } from '../../adapters/server-info.js'
import type { SyncErrorKind } from '../../errors.js'
import type { Instance } from '../observe/instance.js'
import type { Dropped } from '../observe/seal.js'

/** `note`: nothing is wrong, but it should be known. */
export type Status = 'ok' | 'note' | 'problem'

/** The answer to one question. */
export interface Finding {
  readonly check:
    | 'connection'
    | 'broker'
    | 'rights'
    | 'round trip'
    | 'largest message'
    | 'clock'
    | 'instances'
    | 'secret'
  readonly status: Status
  /** One line: what was found and, where it is a problem, what to change. */
  readonly text: string
  /** Of a problem. */
  readonly kind?: SyncErrorKind
  /** What to change, where the text does not say it. */
  readonly advice?: string
}

/** What was measured, for programs. Absent: it could not be found out. */
export interface Facts {
  broker?: ServerInfo
  /** In ms, until subscribed. */
  connected?: number
  /** Proven by a message of its own that came back. */
  rights?: { subscribe: boolean; publish: boolean }
  /** In ms. */
  roundTrip?: { messages: number; median: number; p99: number }
  /** In bytes; null where there is no limit. */
  largest?: { message: number | null; event: number }
  instances?: Instance[]
  /** Whether one is given, how many messages of instances were not sealed, and how many could not be read. */
  secret?: { given: boolean; unsealed?: number; dropped: Dropped }
}
