import { channel } from 'node:diagnostics_channel'
import type { EventEmitter } from 'node:events'
import type { Application } from '@feathersjs/feathers'
import type { SyncStatus } from '../adapters/sync-adapter.js'
import type { SyncGap } from '../delivery/environment.js'
import type { SyncError } from '../errors.js'
import type { SyncMessage } from '../message/message.js'

/** What subscribers of the channels of `node:diagnostics_channel` get, by the channel's name. */
export interface SyncDiagnostics {
  /** An event of this instance goes to the other ones. Published before the listeners here are called. */
  'feathers-sync:send': { app: Application; message: SyncMessage }
  /** An event of another instance, of a service and a name that there are here. Published before the listeners are called. */
  'feathers-sync:deliver': { app: Application; message: SyncMessage }
  /** Each error, also those that `sync-error` leaves out because they repeat. */
  'feathers-sync:error': { app: Application; error: SyncError }
  /** Events of another instance that can't be recovered. */
  'feathers-sync:gap': { app: Application; gap: SyncGap }
  'feathers-sync:status': { app: Application; status: SyncStatus }
}

const channels = {
  error: channel('feathers-sync:error'),
  gap: channel('feathers-sync:gap'),
  status: channel('feathers-sync:status')
}

/** Publishes where somebody subscribes. Never throws: what a subscriber throws, Node.js throws in the next tick. */
export function publishDiagnostic(name: keyof typeof channels, app: EventEmitter, value: unknown): void {
  const channel = channels[name]
  if (channel.hasSubscribers) channel.publish({ app, [name]: value })
}
