import type { AmqpSyncOptions, IpcSyncOptions, NatsSyncOptions, RedisSyncOptions } from './sync/options.js'
import { type Configure, syncBy } from './sync/sync.js'

export { Container, decorate, inject, injectable, injectFromBase } from 'inversify'
export type { AdapterOptions } from './adapters/adapter-options.js'
export { AmqpAdapter } from './adapters/amqp/amqp-adapter.js'
export type { AmqpConnectionLike } from './adapters/amqp/amqp-options.js'
export { IpcAdapter } from './adapters/ipc/ipc-adapter.js'
export { NatsAdapter } from './adapters/nats/nats-adapter.js'
export type { NatsConnectionLike } from './adapters/nats/nats-connection.js'
export { RedisAdapter } from './adapters/redis/redis-adapter.js'
export type { RedisClientLike } from './adapters/redis/redis-options.js'
export {
  type AdapterHandlers,
  type ServerInfo,
  SyncAdapter,
  type SyncStatus
} from './adapters/sync-adapter.js'
export type { DelayStats } from './delivery/delays.js'
export type { DropReason, SyncGap } from './delivery/environment.js'
export type { PeerStats } from './delivery/receive/peer-stats.js'
export type { HistoryLimit } from './delivery/send/history.js'
export { SyncError, type SyncErrorKind } from './errors.js'
export { type BridgeLink, EventBridge } from './feathers/event-bridge.js'
export { isRemote, local } from './feathers/remote.js'
export type { EventChoice, ServiceSync, ServicesSync } from './feathers/service-sync.js'
export { SYNC } from './feathers/symbol.js'
export type { Instrumentation } from './message/instrumentation.js'
export type { SyncMessage, SyncMessageOf } from './message/message.js'
export { JsonSerializer, Serializer } from './message/serializer.js'
export type { EventTypes, ServiceEventData, ServiceEventName, ServicePath } from './message/service-types.js'
export type { TraceContext } from './message/trace.js'
export type { PlainMode } from './sealing/sealing-keys.js'
export type { SecretOption } from './sealing/secret-option.js'
export type { Sync } from './sync/app-sync.js'
export { createContainer } from './sync/container.js'
export { core, type FunctionalSync } from './sync/core.js'
export type { SyncEvents } from './sync/declarations.js'
export type { SyncDiagnostics } from './sync/diagnostics.js'
export type { SyncHealth } from './sync/health.js'
export type {
  AmqpSyncOptions,
  CommonOptions,
  IpcSyncOptions,
  NatsSyncOptions,
  RedisSyncOptions,
  ResolvedOptions,
  SyncContainer,
  SyncOptions
} from './sync/options.js'
export type { SyncStats } from './sync/stats.js'
export type { Configure } from './sync/sync.js'

/** `sync` by the adapter's name: `uri` is optional where a client is given or the driver has a default. */
export const redis = <Services>(options?: RedisSyncOptions<Services>): Configure => syncBy('redis', options)
export const amqp = <Services>(options?: AmqpSyncOptions<Services>): Configure => syncBy('amqp', options)
export const rabbitmq = amqp
export const nats = <Services>(options?: NatsSyncOptions<Services>): Configure => syncBy('nats', options)
export const ipc = <Services>(options?: IpcSyncOptions<Services>): Configure => syncBy('ipc', options)
