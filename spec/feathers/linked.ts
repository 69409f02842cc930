import { type Application, feathers } from '@feathersjs/feathers'
import type { BridgeLink } from '../../lib/event-bridge.js'
import { EventBridge, JsonSerializer, type Serializer, type SyncError } from '../../lib/index.js'

/** An application whose bridge leads straight to those of the others. */
export interface Linked {
  app: Application
  bridge: EventBridge
  /** What it has sent, as text. */
  sent: string[]
  errors: SyncError[]
  /** May be changed. */
  link: { open: boolean; options: BridgeLink['options'] }
}

/** Applications that get each other's events at once: no broker, no waiting. */
export function linkApps(
  count: number,
  configure: (app: Application) => void = () => {},
  serializer: Serializer = new JsonSerializer()
): Linked[] {
  const all: Linked[] = []
  for (let index = 0; index < count; index += 1) {
    const linked: Linked = {
      app: feathers(),
      bridge: new EventBridge(serializer),
      sent: [],
      errors: [],
      link: { open: true, options: { mode: 'both' } }
    }
    all.push(linked)
    linked.bridge.attach(linked.app, {
      get options() {
        return linked.link.options
      },
      isOpen: () => linked.link.open,
      send: (payload) => {
        linked.sent.push(Buffer.from(payload).toString())
        for (const other of all) if (other !== linked) other.bridge.receive(payload)
      },
      error: (error) => linked.errors.push(error)
    })
    configure(linked.app)
  }
  return all
}
