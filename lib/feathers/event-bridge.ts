import type { Application } from '@feathersjs/feathers'
import createDebug from 'debug'
import { inject, injectable } from 'inversify'
import { SyncError } from '../errors.js'
import type { SyncMessage } from '../message/message.js'
import { Serializer } from '../message/serializer.js'
import type { BridgeOptions } from './bridge-options.js'
import { readMessages, readPlain } from './incoming.js'
import { Outgoing } from './outgoing.js'
import { type ServiceEvent, ServiceEvents } from './service-events.js'

const debug = createDebug('feathers-sync:events')

/** Where a bridge leads to. */
export interface BridgeLink {
  readonly options: BridgeOptions
  /** The id of this instance, while it is open. */
  origin(): string | undefined
  /** False: events stay on this instance. */
  isOpen(): boolean
  /** Takes the payload of `count` events, to be sent to the other instances. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void
  /** Is told of what is contained. Doesn't throw. */
  error(error: SyncError): void
}

/** Stands between the services of a Feathers application and what carries their events to other instances. */
@injectable()
export class EventBridge {
  #events: ServiceEvents | undefined
  #outgoing: Outgoing | undefined
  #link: BridgeLink | undefined

  constructor(@inject(Serializer) readonly serializer: Serializer) {}

  /** Bridges all services that `app` has and will have. Once per bridge. */
  attach(app: Application, link: BridgeLink): void {
    const { serializer } = this
    const events = new ServiceEvents(app, (event) => this.#dispatch(event), link.error)
    this.#link = link
    this.#events = events
    this.#outgoing = new Outgoing({
      serializer,
      ...link.options,
      origin: link.origin,
      send: link.send,
      incomplete: ({ name }, cause) =>
        link.error(
          SyncError.from(
            cause,
            'serialize',
            `feathers-sync: ${name} went without what could not be serialized`
          )
        )
    })
    app.on('sync-in', (message: SyncMessage) => events.deliver(message, true))
  }

  /** Takes the payload of `count` events of another instance and emits each as `sync-in`. Never throws. */
  receive(payload: Uint8Array, count: number): void {
    this.#receive(() => readMessages(this.serializer, payload, count))
  }

  /** Takes a message that is no frame: that of an instance that writes what feathers-sync 3 reads. Never throws. */
  receivePlain(bytes: Uint8Array): void {
    this.#receive(() => {
      const { message, origin } = readPlain(this.serializer, bytes)
      return origin !== undefined && origin === this.#link?.origin() ? [] : [message]
    })
  }

  /** Sends the events of a bulk call that are being collected. */
  flush(): void {
    this.#outgoing?.flush()
  }

  /** To the other instances first, so that what is sent is what there was at the emit; then to the listeners here. */
  #dispatch(event: ServiceEvent): boolean {
    if (this.#link?.isOpen() && this.#link.options.mode !== 'receive') this.#send(event, this.#link)
    return event.emit(false)
  }

  #receive(read: () => SyncMessage[]): void {
    const events = this.#events
    if (!events || !this.#link?.isOpen() || this.#link.options.mode === 'send') return
    const messages = events.attempt('deserialize', 'could not deserialize an event', read)
    for (const message of messages ?? []) {
      debug('in: %s %s', message?.path, message?.event)
      events.attempt('listener', 'a sync-in listener threw', () => events.app.emit('sync-in', message))
    }
  }

  #send(event: ServiceEvent, link: BridgeLink): void {
    const events = this.#events as ServiceEvents
    const outgoing = this.#outgoing as Outgoing
    const failed = `could not serialize ${event.name}, it stays on this instance`
    const message = events.attempt('serialize', failed, () => outgoing.toMessage(event))
    if (!message || !this.#passesFilter(message, events, link)) return
    const isSent = events.attempt('serialize', failed, () => {
      outgoing.add(event, message)
      return true
    })
    if (!isSent) return
    debug('out: %s', event.name)
    events.attempt('listener', 'a sync-out listener threw', () => events.app.emit('sync-out', message))
  }

  #passesFilter(message: SyncMessage, events: ServiceEvents, { options: { filter } }: BridgeLink): boolean {
    if (!filter) return true
    return events.attempt('filter', 'the `filter` option threw', () => filter(message)) ?? false
  }
}
