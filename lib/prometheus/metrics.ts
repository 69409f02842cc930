import type { SyncStats, SyncStatus } from 'feathers-sync'
import type { Aggregator } from 'prom-client'
import { LIBRARY } from '../adapters/library.js'

/** Names and values of labels, as in `prom-client`. */
export type Labels = Record<string, string | number>

/** What there is to read of one application. */
export interface Reading {
  readonly type: string
  readonly status: SyncStatus
  readonly stats: SyncStats
}

/** A counter or a gauge: its name, without a prefix, and how it is read. */
export interface Definition {
  readonly type: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
  /** How `prom-client` combines the values of the workers of a `node:cluster`. Default: the sum. */
  readonly aggregator?: Aggregator
  /** One value, or one for each combination of labels. */
  read(reading: Reading): number | [Labels, number][]
}

const STATUSES: readonly SyncStatus[] = ['connecting', 'ready', 'reconnecting', 'closed']

export const DELAY = {
  name: 'feathers_sync_delivery_delay_seconds',
  help: 'How much longer messages of other instances took than the fastest one of the same instance in the last minutes.'
}

export const METRICS: readonly Definition[] = [
  {
    type: 'gauge',
    name: 'feathers_sync_up',
    help: '1 if the connection to the broker is proven, else 0.',
    aggregator: 'min',
    read: ({ status }) => (status === 'ready' ? 1 : 0)
  },
  {
    type: 'gauge',
    name: 'feathers_sync_status',
    help: '1 for the status that it has, else 0.',
    labelNames: ['status'],
    read: (reading) => STATUSES.map((status) => [{ status }, status === reading.status ? 1 : 0])
  },
  {
    type: 'gauge',
    name: 'feathers_sync_info',
    help: '1, with the adapter and the version of feathers-sync as labels.',
    labelNames: ['adapter', 'version'],
    aggregator: 'first',
    read: ({ type }) => [[{ adapter: type, version: LIBRARY.version }, 1]]
  },
  counter('events_sent', 'Events that the broker took.', ({ events }) => events.sent),
  counter('events_resent', 'Events that were sent again.', ({ events }) => events.resent),
  counter(
    'events_received',
    'Events of other instances, those that are ignored included.',
    ({ events }) => events.received
  ),
  counter(
    'events_ignored',
    'Received events that were not delivered here, as they are excluded.',
    ({ events }) => events.ignored
  ),
  counter(
    'events_duplicate',
    'Events that were received again, and dropped.',
    ({ events }) => events.duplicate
  ),
  counter(
    'events_missed',
    'Events of other instances that were lost: the sum of the gaps.',
    ({ events }) => events.missed
  ),
  counter('events_lost', 'Own events that were not sent.', ({ events }) => events.lost),
  gauge('events_waiting', 'Events that wait for the broker.', ({ events }) => events.waiting),
  counter('frames_sent', 'Messages that were handed to the broker.', ({ frames }) => frames.sent),
  counter('frames_received', 'Messages from the broker, own ones included.', ({ frames }) => frames.received),
  counter(
    'frames_unsealed',
    'Messages that were taken though they are not sealed, while a secret is introduced.',
    ({ frames }) => frames.unsealed
  ),
  {
    type: 'counter',
    name: 'feathers_sync_frames_dropped_total',
    help: 'Messages that were dropped unread: not sealed with the secret, altered, or sent again.',
    labelNames: ['reason'],
    read: ({ stats }) => Object.entries(stats.dropped).map(([reason, count]) => [{ reason }, count])
  },
  counter('sent_bytes', 'Bytes that were handed to the broker.', ({ bytes }) => bytes.sent),
  counter('received_bytes', 'Bytes from the broker, own ones included.', ({ bytes }) => bytes.received),
  gauge('history_events', 'Events that can be sent again.', ({ history }) => history.events),
  gauge('history_bytes', 'Bytes of the events that can be sent again.', ({ history }) => history.bytes),
  {
    ...gauge('peers', 'The other instances that are there.', ({ peers }) => peers.length),
    aggregator: 'max'
  },
  {
    ...gauge(
      'peers_max_delay_seconds',
      'Of the latest message of each other instance, the longest delay.',
      ({ peers }) => peers.reduce((most, { delay }) => Math.max(most, delay), 0) / 1000
    ),
    aggregator: 'max'
  },
  {
    type: 'counter',
    name: 'feathers_sync_errors_total',
    help: 'Errors, those that repeat included.',
    labelNames: ['kind'],
    read: ({ stats }) => Object.entries(stats.errorsByKind).map(([kind, count]) => [{ kind }, count])
  }
]

function counter(name: string, help: string, read: (stats: SyncStats) => number): Definition {
  return {
    type: 'counter',
    name: `feathers_sync_${name}_total`,
    help,
    read: ({ stats }) => read(stats)
  }
}

function gauge(name: string, help: string, read: (stats: SyncStats) => number): Definition {
  return { type: 'gauge', name: `feathers_sync_${name}`, help, read: ({ stats }) => read(stats) }
}
