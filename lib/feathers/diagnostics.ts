import { channel } from 'node:diagnostics_channel'

/**
 * For APM tools, see `SyncDiagnostics`. Where nobody subscribes, `hasSubscribers` is all that an event costs. `publish` does not throw:
 * what a subscriber throws, Node.js throws in the next tick.
 */
export const sendChannel = channel('feathers-sync:send')
export const deliverChannel = channel('feathers-sync:deliver')
