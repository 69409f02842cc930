import { type Application, feathers } from '@feathersjs/feathers'
import type { BridgeLink } from '../../lib/feathers/event-bridge.js'
import { EventBridge, JsonSerializer, type Serializer, type SyncError } from '../../lib/index.js'
import { readMessages, readPlain } from '../../lib/message/decoder.js'
import type { SyncMessage } from '../../lib/message/message.js'

/** An application whose bridge leads straight to those of the others. */
export interface Linked {
  app: Application
  bridge: EventBridge
  /** The messages it has sent, as they are read again. */
  sent: SyncMessage[]
  payloads: Buffer[]
  errors: SyncError[]
  /** How many events that came in were excluded. */
  ignored: number
  /** May be changed; `context` and `wire` are read once. */
  link: { open: boolean; options: BridgeLink['options'] }
}

/** Applications that get each other's events at once: no broker, no waiting. */
export function linkApps(
  count: number,
  configure: (app: Application) => void = () => {},
  serializer: Serializer = new JsonSerializer(),
  options: Partial<BridgeLink['options']> = {}
): Linked[] {
  const all: Linked[] = []
  for (let index = 0; index < count; index += 1) {
    const linked: Linked = {
      app: feathers(),
      bridge: new EventBridge(serializer),
      sent: [],
      payloads: [],
      errors: [],
      ignored: 0,
      link: { open: true, options: { mode: 'both', wire: 4, ...options } }
    }
    all.push(linked)
    linked.bridge.attach(linked.app, {
      get options() {
        return linked.link.options
      },
      origin: () => `origin ${index}`,
      isOwn: (origin: string) => origin === `origin ${index}`,
      isOpen: () => linked.link.open,
      missed: () => {},
      unsent: () => {},
      ignored: () => {
        linked.ignored += 1
      },
      send: (payload, events) => {
        const bytes = Buffer.from(payload)
        const isPlain = linked.link.options.wire === 3
        linked.payloads.push(bytes)
        linked.sent.push(
          ...(isPlain ? [readPlain(serializer, bytes).message] : readMessages(serializer, bytes, events))
        )
        for (const other of all) {
          if (isPlain) other.bridge.receivePlain(bytes)
          else if (other !== linked) other.bridge.receive(bytes, events)
        }
      },
      error: (error) => linked.errors.push(error)
    })
    configure(linked.app)
  }
  return all
}
