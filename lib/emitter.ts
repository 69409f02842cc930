import 'reflect-metadata/lite' // what inversify loads: the other one would be loaded besides

export type { SyncStatus } from './adapters/sync-adapter.js'
export { createEmitter, type EmitterOptions } from './emitter/create-emitter.js'
export type { Emitter, EmitterEvents, EmitterService } from './emitter/emitter.js'
export { SyncError, type SyncErrorKind } from './errors.js'
export type { EventTypes } from './message/service-types.js'
export type { SecretOption } from './sealing/secret-option.js'
export type { SyncStats } from './sync/stats.js'
