import type { EventEmitter } from 'node:events'
// The default import: Node finds no other names in this CommonJS package.
import feathersjs, { type Application, type FeathersService, type ServiceOptions } from '@feathersjs/feathers'
import createDebug from 'debug'
import { SyncError, type SyncErrorKind } from '../errors.js'
import { isObject } from '../message/fields.js'
import { type Instrumented, settled } from '../message/instrumentation.js'
import type { SyncMessage } from '../message/message.js'
import type { Choices } from './choices.js'
import { deliverChannel } from './diagnostics.js'
import { emitTo, hasListeners } from './emit.js'
import { publisherError, watchPublishers } from './publishers.js'
import { contextFrom } from './received-context.js'
import { dispatchAs, type Remoteness } from './remote.js'
import { SYNC } from './symbol.js'
import { nameOf, UnknownEvents, unknownText } from './unknown-events.js'

const { defaultServiceEvents, Feathers, getServiceOptions } = feathersjs
const debug = createDebug('feathers-sync:events')

/** What can't be read came over the network. */
export const UNREADABLE =
  'could not deserialize an event, which an instance with another serializer may have sent'

/** An event that a service is about to emit. */
export interface ServiceEvent {
  readonly event: string
  readonly path: string
  readonly data: unknown
  /** As it was emitted; undefined if it was emitted without one. */
  readonly context: unknown
  /** Emits it to the listeners here; returns what `emit` returns and throws what a listener throws. */
  emit(remoteness: Remoteness): boolean
}

/** A service whose events are caught. */
interface Caught {
  /** Its own. */
  emit: EventEmitter['emit']
  /** The names of those that are synced. */
  events: ReadonlySet<string>
  /** Where it is registered, or was. */
  paths: Set<string>
}

type Target = readonly [FeathersService, Caught]

/** Applications and services that have a sync. One for each: a sub-application's services keep the first they got. */
const synced = new WeakSet<object>()

/**
 * The service events of one application: catches those that its services emit, and emits those that come from
 * elsewhere. Services that it has already and services that it will have, by replacing their `emit`.
 */
export class ServiceEvents {
  readonly #services = new WeakMap<object, Caught>()
  readonly #unknown = new UnknownEvents()
  /** Services and events whose publishers have failed here. */
  readonly #unpublished = new Set<string>()

  /**
   * @param onEvent called for each default or declared event, in place of `emit`
   * @param onError called with errors that were contained; must not throw
   * @param choices gets the `sync` options of the services; of what it excludes, nothing is sent
   * @throws Error if the application has another sync, and TypeError for a choice that can't be used
   */
  constructor(
    readonly app: Application,
    private readonly onEvent: (event: ServiceEvent) => boolean,
    private readonly onError: (error: SyncError) => void,
    private readonly choices: Choices
  ) {
    if (synced.has(app)) {
      throw new Error('Only one type of feathers-sync can be configured on the same application')
    }
    const services = Object.entries<FeathersService>(app.services)
    for (const [path, service] of services) this.#choose(service, path, getServiceOptions(service))
    synced.add(app)
    for (const [path, service] of services) this.#catch(service, path, getServiceOptions(service))
    app.mixins.push((service, path, options) => {
      this.#choose(service, path, options)
      this.#catch(service as FeathersService, path, options)
    })
  }

  /** Emits an event that came from elsewhere to the listeners here. Never throws. */
  deliver(message: SyncMessage, remoteness: Remoteness, instrumented?: Instrumented): void {
    const target = this.#targetOf(message)
    if (!target) return
    if (remoteness && deliverChannel.hasSubscribers) deliverChannel.publish({ app: this.app, message })
    if (!hasListeners(target[0], target[1].emit, message.event)) return
    if (instrumented && message.trace) {
      instrumented.deliver(message, () =>
        settled((pending) => this.#emit(message, remoteness, target, pending))
      )
    } else this.#emit(message, remoteness, target)
  }

  /** @param pending gets what async listeners return; where it is given, what a listener throws is thrown again */
  #emit(
    message: SyncMessage,
    remoteness: Remoteness,
    [service, { emit }]: Target,
    pending?: unknown[]
  ): void {
    const { event, path, data, context: received } = message
    const failed = (cause: unknown) => {
      const text = `a listener of '${path} ${event}' threw on an event from another instance`
      this.#failed('listener', text, cause)
    }
    try {
      const context = contextFrom(received, service, this.app)
      const args = context === undefined || context === null ? [data] : [data, context]
      const holders = [service, this.app, isObject(context) ? context.app : undefined]
      const unpublished = (cause: unknown) => this.#onPublisherError(message, context, cause)
      watchPublishers(holders, event, unpublished, () =>
        dispatchAs(remoteness, context, () => emitTo(service, emit, event, args, failed, pending))
      )
    } catch (cause) {
      failed(cause)
      if (pending) throw cause
    }
  }

  /** Emits on the application; what its listeners throw or reject with is reported and ends there. */
  announce(event: 'sync-in' | 'sync-out', value: unknown): boolean {
    const { app } = this
    const failed = (cause: unknown) => this.#failed('listener', `a ${event} listener threw`, cause)
    try {
      return emitTo(app, app.emit, event, [value], failed)
    } catch (cause) {
      failed(cause)
      return false
    }
  }

  /** Runs what is not ours; what it throws is reported and ends there. */
  attempt<Result>(kind: SyncErrorKind, text: string, run: () => Result): Result | undefined {
    try {
      return run()
    } catch (error) {
      this.#failed(kind, text, error)
      return undefined
    }
  }

  #failed(kind: SyncErrorKind, text: string, cause: unknown): void {
    this.onError(SyncError.from(cause, kind, `feathers-sync: ${text}`))
  }

  /** Once for each service and event: it is the same with each. */
  #onPublisherError({ path, event }: SyncMessage, context: unknown, cause: unknown): void {
    const name = `${path} ${event}`
    if (this.#unpublished.has(name)) return
    this.#unpublished.add(name)
    this.onError(publisherError(name, context, cause))
  }

  /** @throws TypeError for a choice that can't be used */
  #choose(service: object, path: string, options: ServiceOptions): void {
    this.choices.use(path, options.sync, eventsOf(service, options))
  }

  #catch(service: FeathersService, path: string, options: ServiceOptions): void {
    const known = this.#services.get(service)
    if (known) {
      known.paths.add(path) // one object under two paths: its listeners are the same
      return
    }
    if (synced.has(service)) return
    synced.add(service)
    const caught: Caught = { emit: service.emit, events: eventsOf(service, options), paths: new Set([path]) }
    this.#services.set(service, caught)
    const { choices, onEvent } = this
    const pathOf = () => this.#pathOf(service, caught)
    service.emit = function (this: FeathersService, event: string | symbol, ...args: unknown[]): boolean {
      const [data, context] = args
      const emit = (remoteness: Remoteness) =>
        dispatchAs(remoteness, context, () => caught.emit.call(this, event, ...args))
      if (typeof event !== 'string' || !caught.events.has(event) || isDisabled(context)) {
        if (debug.enabled) debug('not sent: %s %s, %s', pathOf(), event, localReason(service, context))
        return emit(false)
      }
      const path = pathOf()
      if (path === undefined) return emit(false)
      if (choices.limitsSending && !choices.maySend(path, event)) {
        if (debug.enabled) debug('not sent: %s %s, %s', path, event, choices.reason(path))
        return emit(false)
      }
      return onEvent({ event, path, data, context: context ?? undefined, emit })
    }
  }

  /** Where the service is found now: `unuse` and `use` may have moved it, or left it nowhere. */
  #pathOf(service: FeathersService, { paths }: Caught): string | undefined {
    for (const path of paths) if (this.app.services[path] === service) return path
    return undefined
  }

  /** The service that a message is for; undefined if it is not delivered here. */
  #targetOf(message: SyncMessage): Target | undefined {
    const { event, path } = message ?? {}
    const service = this.#serviceAt(path) ?? this.#defaultServiceAt(path, event)
    const caught = service && this.#services.get(service)
    if (service && caught?.events.has(event)) return [service, caught]
    if (service && isAuthentication(service))
      debug('not delivered: %s, as feathers-sync 3 sends it', nameOf(path, event))
    else this.onError(this.#unknown.error(path, event))
    return undefined
  }

  /** Not by `app.service(path)`, which can create a service or throw. */
  #serviceAt(path: unknown): FeathersService | undefined {
    return typeof path === 'string' && Object.hasOwn(this.app.services, path)
      ? this.app.services[path]
      : undefined
  }

  /** Of an application with a `defaultService` of its own, the service that it makes for the path. */
  #defaultServiceAt(path: unknown, event: unknown): FeathersService | undefined {
    const { app } = this
    const isOwn = app.defaultService !== Feathers.prototype.defaultService
    if (!isOwn || typeof path !== 'string' || path in app.services) return undefined
    this.attempt('unknown', unknownText(path, event), () => app.service(path))
    return this.#serviceAt(path)
  }
}

/** Default and declared events. Those of an authentication service carry access tokens: none. */
function eventsOf(service: object, { events = [], serviceEvents = [] }: ServiceOptions): Set<string> {
  if (isAuthentication(service)) return new Set()
  return new Set([...defaultServiceEvents, ...events, ...serviceEvents])
}

function isDisabled(context: unknown): boolean {
  return typeof context === 'object' && context !== null && (context as { [SYNC]?: boolean })[SYNC] === false
}

/** Why an event of this service is not sent. */
function localReason(service: object, context: unknown): string {
  if (isDisabled(context)) return 'as `context[SYNC]` is false'
  return isAuthentication(service)
    ? 'as events of an authentication service never are'
    : 'which is not in the `events` of the service'
}

function isAuthentication(service: object): boolean {
  return typeof (service as { createAccessToken?: unknown }).createAccessToken === 'function'
}
