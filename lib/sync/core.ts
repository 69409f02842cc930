import type { Application } from '@feathersjs/feathers'
import { BulkCalls } from '../feathers/bulk-calls.js'
import { Choices } from '../feathers/choices.js'
import { type ServiceEvent, ServiceEvents, UNREADABLE } from '../feathers/service-events.js'
import { SYNC } from '../feathers/symbol.js'
import { atOnce } from '../message/at-once.js'
import { alone } from '../message/compact-context.js'
import type { SyncMessage } from '../message/message.js'
import { Policy } from '../message/policy.js'
import { AppSync } from './app-sync.js'
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
 * delivered to the listeners here by that. Configuring it again is a no-op, also after `sync(options)`, which includes it.
 *
 * @throws Error where `app.sync` was set by something else
 */
export const core = Object.assign(configureCore, { SYNC: SYNC as typeof SYNC })

function configureCore(app: Application): void {
  const current: unknown = app.sync
  if (configured.has(app) || current instanceof AppSync) return
  if (current) throw new Error('Only one type of feathers-sync can be configured on the same application')
  configured.add(app)
  const functions = () => app.sync as unknown as FunctionalSync | undefined

  const calls = new BulkCalls(() => {})
  const policy = new Policy()
  const messageOf = (serviceEvent: ServiceEvent): SyncMessage => {
    const { message, item } = calls.outgoing(serviceEvent, { policy })
    const { event, path, data, context } = item ? alone(message, item.index) : message
    return { event, path, data, context } // with `context: undefined`, as from feathers-sync 3
  }

  const publish = (event: ServiceEvent): boolean => {
    const data = events.attempt(
      'serialize',
      `could not serialize '${event.path} ${event.event}', it stays on this instance`,
      () => {
        const serialize = functions()?.serialize ?? JSON.stringify
        return { serialized: serialize(messageOf(event)) }
      }
    )
    return data ? events.announce('sync-out', data.serialized) : event.emit(false)
  }

  const events = new ServiceEvents(app, publish, new Reporter(app).error, new Choices())
  app.on('sync-in', (data: unknown) => {
    const message = events.attempt('deserialize', UNREADABLE, () => {
      const deserialize: (data: never) => unknown = functions()?.deserialize ?? JSON.parse
      return atOnce(deserialize(data as never), 'the deserializer') as SyncMessage
    })
    if (message !== undefined) events.deliver(message, undefined)
  })
}
