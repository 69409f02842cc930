import type { EventEmitter } from 'node:events'
import type { SyncStatus } from '../adapters/sync-adapter.js'
import type { SyncGap } from '../delivery/environment.js'
import type { SyncError } from '../errors.js'
import type { ServiceSync } from '../feathers/service-sync.js'
import type { SYNC } from '../feathers/symbol.js'
import type { SyncMessage } from '../message/message.js'
import type { Sync } from './app-sync.js'
import type { FunctionalSync } from './core.js'

/** The events that feathers-sync emits on the application, whose map of services may be known. */
export interface SyncEvents<Services = unknown> {
  /** An event is sent to the other instances. Under `core`: what `app.sync.serialize` returned. */
  'sync-out': (message: SyncMessage<Services>) => void
  /** An event came from another instance. Under `core`: what a functional adapter emits. */
  'sync-in': (message: SyncMessage<Services>) => void
  'sync-error': (error: SyncError) => void
  /** Events of another instance that can't be recovered. */
  'sync-gap': (gap: SyncGap) => void
  'sync-status': (status: SyncStatus) => void
}

declare module '@feathersjs/feathers/lib/declarations.js' {
  // Not FeathersApplication: Feathers' own class implements that one, without a `sync`.
  interface Application<Services, Settings> {
    /** Set by `app.configure(sync(…))`, or by a functional adapter. */
    get sync(): Sync
    set sync(value: Sync | FunctionalSync)
    on<Event extends keyof SyncEvents>(event: Event, listener: SyncEvents<Services>[Event]): this
    on(...args: Parameters<EventEmitter['on']>): this
    once<Event extends keyof SyncEvents>(event: Event, listener: SyncEvents<Services>[Event]): this
    once(...args: Parameters<EventEmitter['once']>): this
  }

  interface ServiceOptions<MethodTypes> {
    /**
     * Which events of this service feathers-sync shares: `false` for none, or `{ send, receive, events }`. What the `services` option
     * of `sync` says of its path by name comes first. Default: all events
     */
    sync?: ServiceSync | undefined
  }

  interface HookContext<A, S> {
    /** `false`: this event is delivered on this instance and not sent to the others. */
    [SYNC]?: boolean
  }
}
