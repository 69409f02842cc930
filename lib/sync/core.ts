import type { Application } from '@feathersjs/feathers'
import { BulkCalls } from '../feathers/bulk-calls.js'
import { type ServiceEvent, ServiceEvents } from '../feathers/service-events.js'
import { alone } from '../message/compact-context.js'
import type { SyncMessage } from '../message/message.js'
import { Policy } from '../message/policy.js'
import { Reporter } from './reporter.js'

/** What a functional adapter sets as `app.sync`. */
export interface FunctionalSync {
  type: string
  ready: Promise<unknown>
  /** Default: `JSON.stringify` */
  serialize?: ((message: SyncMessage) => unknown) | undefined
  /** Default: `JSON.parse` */
  deserialize?: ((data: never) => unknown) | undefined
}

const configured = new WeakSet<object>()

/**
 * The bridge alone, for functional adapters, as documented for feathers-sync 3: `app.configure(core)`, set `app.sync`,
 * publish what `app.on('sync-out')` gives, and hand what comes in to `app.emit('sync-in')`: own events too, they are
 * delivered to the listeners here by that. Configuring it again is a no-op.
 *
 * @throws Error where another kind of sync is configured on the application
 */
export function core(app: Application): void {
  if (configured.has(app)) return
  if (app.sync) {
    throw new Error('Only one type of feathers-sync can be configured on the same application')
  }
  configured.add(app)
  const functions = () => app.sync as unknown as FunctionalSync | undefined

  const calls = new BulkCalls(() => {})
  const policy = new Policy()
  const messageOf = (event: ServiceEvent): SyncMessage => {
    const { message, item } = calls.outgoing(event, { policy })
    return item ? alone(message, item.index) : message
  }

  const publish = (event: ServiceEvent): boolean => {
    const data = events.attempt(
      'serialize',
      `could not serialize ${event.name}, it stays on this instance`,
      () => {
        const serialize = functions()?.serialize ?? JSON.stringify
        return { serialized: serialize(messageOf(event)) }
      }
    )
    if (!data) return event.emit(false)
    return (
      events.attempt('listener', 'a sync-out listener threw', () => app.emit('sync-out', data.serialized)) ??
      false
    )
  }

  const events = new ServiceEvents(app, publish, new Reporter(app).error)
  app.on('sync-in', (data: unknown) => {
    const message = events.attempt('deserialize', 'could not deserialize an event', () => {
      const deserialize: (data: never) => unknown = functions()?.deserialize ?? JSON.parse
      return deserialize(data as never) as SyncMessage
    })
    if (message !== undefined) events.deliver(message, undefined)
  })
}
