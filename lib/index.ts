import 'reflect-metadata'
import * as api from './api.js'
import type { AmqpSyncOptions, IpcSyncOptions, NatsSyncOptions, RedisSyncOptions } from './sync/options.js'
import { sync as create, syncBy } from './sync/sync.js'

export const redis = syncBy<RedisSyncOptions>('redis')
export const amqp = syncBy<AmqpSyncOptions>('amqp')
export const rabbitmq = amqp
export const nats = syncBy<NatsSyncOptions>('nats')
export const ipc = syncBy<IpcSyncOptions>('ipc')

export type { AdapterHandlers, SyncStatus } from './adapters/sync-adapter.js'
export * from './api.js'
export type { SyncGap } from './delivery/environment.js'
export type { PeerStats } from './delivery/receive/peer.js'
export type { HistoryLimit } from './delivery/send/history.js'
export type { SyncErrorKind } from './errors.js'
export type { BridgeLink } from './feathers/event-bridge.js'
export type { SyncMessage } from './message/message.js'
export type { Sync, SyncStats } from './sync/app-sync.js'
export type { FunctionalSync } from './sync/core.js'
export type { SyncEvents } from './sync/declarations.js'
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
} from './sync/options.js'
export type { Configure } from './sync/sync.js'

/** `sync(options)`, with everything the package exports as properties: `require('feathers-sync')` is this function. */
const sync = Object.assign(create, { ...api, redis, amqp, rabbitmq, nats, ipc })

export default Object.assign(sync, { default: sync })
