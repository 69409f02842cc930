import type { Link } from '../adapters/link.js'
import type { SyncAdapter } from '../adapters/sync-adapter.js'
import type { Sealing } from '../sealing/sealing.js'

/**
 * The adapter as delivery sees it: what it publishes is sealed on the way.
 *
 * @param isFree whether the adapter serves this session by now
 */
export function linkTo(adapter: SyncAdapter, isFree: () => boolean, sealing: () => Sealing): Link {
  return {
    get status() {
      return isFree() ? adapter.status : 'connecting'
    },
    get maxPayload() {
      return adapter.maxPayload - sealing().overhead
    },
    get isBlocked() {
      return adapter.isBlocked
    },
    echoes: adapter.echoes,
    publish: (bytes) => adapter.publish(sealing().seal(bytes)),
    reconnect: (cause) => adapter.reconnect(cause)
  }
}
