import type { Application } from '@feathersjs/feathers'
import createDebug from 'debug'
import { inject, injectable } from 'inversify'
import type { SyncError } from './errors.js'
import type { SyncMessage } from './message.js'
import type { ResolvedOptions } from './options.js'
import { Serializer } from './serializer.js'
import { type ServiceEvent, ServiceEvents } from './service-events.js'

const debug = createDebug('feathers-sync:events')

/** Where a bridge leads to. */
export interface BridgeLink {
  readonly options: Pick<ResolvedOptions, 'filter' | 'mode'>
  /** False: events stay on this instance. */
  isOpen(): boolean
  /** Takes a serialised event, to be sent to the other instances. Neither throws nor waits. */
  send(payload: Uint8Array): void
  /** Is told of what is contained. Doesn't throw. */
  error(error: SyncError): void
}

/** Stands between the services of a Feathers application and what carries their events to other instances. */
@injectable()
export class EventBridge {
  #events: ServiceEvents | undefined
  #link: BridgeLink | undefined

  constructor(@inject(Serializer) readonly serializer: Serializer) {}

  /** Bridges all services that `app` has and will have. Once per bridge. */
  attach(app: Application, link: BridgeLink): void {
    this.#link = link
    const events = new ServiceEvents(app, (event) => this.#dispatch(event), link.error)
    this.#events = events
    app.on('sync-in', (message: SyncMessage) => events.deliver(message, true))
  }

  /** Takes the payload of another instance's event and emits it as `sync-in`. Never throws. */
  receive(payload: Uint8Array): void {
    const events = this.#events
    if (!events || !this.#link?.isOpen() || this.#link.options.mode === 'send') return
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    const message = events.attempt('deserialize', 'could not deserialize an event', () =>
      this.serializer.deserialize(bytes)
    )
    if (message === undefined) return
    debug('in: %s %s', message?.path, message?.event)
    events.attempt('listener', 'a sync-in listener threw', () => events.app.emit('sync-in', message))
  }

  /** To the other instances first, so that what is sent is what there was at the emit; then to the listeners here. */
  #dispatch(event: ServiceEvent): boolean {
    if (this.#link?.isOpen() && this.#link.options.mode !== 'receive') this.#send(event, this.#link)
    return event.emit(false)
  }

  #send(event: ServiceEvent, link: BridgeLink): void {
    const events = this.#events as ServiceEvents
    const { name } = event
    const failed = `could not serialize ${name}, it stays on this instance`
    const message = events.attempt('serialize', failed, event.toMessage)
    if (!message || !this.#passesFilter(message, events, link)) return
    const payload = events.attempt('serialize', failed, () => Buffer.from(this.serializer.serialize(message)))
    if (!payload) return
    debug('out: %s', name)
    link.send(payload)
    events.attempt('listener', 'a sync-out listener threw', () => events.app.emit('sync-out', message))
  }

  #passesFilter(message: SyncMessage, events: ServiceEvents, { options: { filter } }: BridgeLink): boolean {
    if (!filter) return true
    return events.attempt('filter', 'the `filter` option threw', () => filter(message)) ?? false
  }
}
