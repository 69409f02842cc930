import type { Link } from '../../lib/adapters/link.js'
import type { Sealing } from '../../lib/sealing/sealing.js'

/** The link as delivery sees it where messages are sealed. */
export function sealedLink(link: Link, sealing: () => Sealing): Link {
  return {
    get status() {
      return link.status
    },
    get maxPayload() {
      return link.maxPayload - sealing().overhead
    },
    get isBlocked() {
      return link.isBlocked ?? false
    },
    echoes: link.echoes,
    publish: async (bytes) => link.publish(sealing().seal(bytes)),
    reconnect: (cause) => link.reconnect(cause)
  }
}
