import 'reflect-metadata'
import * as api from './api.js'
import type { AmqpSyncOptions, IpcSyncOptions, NatsSyncOptions, RedisSyncOptions } from './options.js'
import { sync as create, syncBy } from './sync.js'

export const redis = syncBy<RedisSyncOptions>('redis')
export const amqp = syncBy<AmqpSyncOptions>('amqp')
export const rabbitmq = amqp
export const nats = syncBy<NatsSyncOptions>('nats')
export const ipc = syncBy<IpcSyncOptions>('ipc')

export type { AdapterHandlers, SyncStatus } from './adapters/sync-adapter.js'
export * from './api.js'
export type { Sync, SyncStats } from './app-sync.js'
export type { FunctionalSync } from './core.js'
export type { SyncEvents } from './declarations.js'
export type { HistoryLimit } from './delivery/history.js'
export type { SyncGap } from './delivery/inbox.js'
export type { PeerStats } from './delivery/peer.js'
export type { SyncErrorKind } from './errors.js'
export type { BridgeLink } from './event-bridge.js'
export type { SyncMessage } from './message.js'
export type {
  AmqpSyncOptions,
  CommonOptions,
  IpcSyncOptions,
  NatsSyncOptions,
  RedisClientLike,
  RedisSyncOptions,
  ResolvedOptions,
  SyncContainer,
  SyncOptions
} from './options.js'
export type { Configure } from './sync.js'

/** `sync(options)`, with everything the package exports as properties: `require('feathers-sync')` is this function. */
const sync = Object.assign(create, { ...api, redis, amqp, rabbitmq, nats, ipc })

export default Object.assign(sync, { default: sync })
