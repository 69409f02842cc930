import type { EventEmitter } from 'node:events'
// The default import: Node finds no other names in this CommonJS package.
import feathersjs, { type Application, type FeathersService, type ServiceOptions } from '@feathersjs/feathers'
import { reason, SyncError, type SyncErrorKind } from './errors.js'
import { contextFrom, contextToSend } from './hook-context.js'
import type { SyncMessage } from './message.js'
import { dispatchAs, type Remoteness } from './remote.js'
import { SYNC } from './symbol.js'

const { defaultServiceEvents, getServiceOptions } = feathersjs

/** An event that a service is about to emit. */
export interface ServiceEvent {
  /** What of it travels. Throws where the hook context can't be read. */
  toMessage(): SyncMessage
  /** Emits it to the listeners here; returns what `emit` returns and throws what a listener throws. */
  emit(remoteness: Remoteness): boolean
}

/** A service whose events are caught, and where it is registered. */
interface Caught {
  emit: EventEmitter['emit']
  paths: Set<string>
}

/**
 * The service events of one application: catches those that its services emit, and emits those that come from
 * elsewhere. Services that it has already and services that it will have, by replacing their `emit`.
 */
export class ServiceEvents {
  readonly #services = new WeakMap<object, Caught>()

  /**
   * @param onEvent called for each default or declared event, in place of `emit`
   * @param onError told of what is contained; must not throw
   */
  constructor(
    readonly app: Application,
    private readonly onEvent: (event: ServiceEvent) => boolean,
    private readonly onError: (error: SyncError) => void
  ) {
    for (const [path, service] of Object.entries<FeathersService>(app.services)) {
      this.#catch(service, path, getServiceOptions(service))
    }
    app.mixins.push((service, path, options) => this.#catch(service as FeathersService, path, options))
  }

  /** Emits an event that came from elsewhere to the listeners here. Never throws. */
  deliver(message: SyncMessage, remoteness: Remoteness): void {
    const { event, path, data, context: received } = message ?? {}
    const service = this.#serviceAt(path)
    if (!service || typeof event !== 'string' || !eventsOf(getServiceOptions(service)).has(event)) {
      this.report('unknown', `an event came in that is not known here: '${String(path)} ${String(event)}'`)
      return
    }
    this.attempt(
      'listener',
      `a listener of '${path} ${event}' threw on an event from another instance`,
      () => {
        const context = contextFrom(received, service, this.app)
        const args = context === undefined || context === null ? [data] : [data, context]
        const { emit } = this.#services.get(service) as Caught
        dispatchAs(remoteness, context, () => emit.call(service, event, ...args))
      }
    )
  }

  /** Runs what is not ours; what it throws is reported and ends there. */
  attempt<Result>(kind: SyncErrorKind, text: string, run: () => Result): Result | undefined {
    try {
      return run()
    } catch (error) {
      this.report(kind, `${text}: ${reason(error)}`, error)
      return undefined
    }
  }

  private report(kind: SyncErrorKind, text: string, cause?: unknown): void {
    this.onError(new SyncError(kind, `feathers-sync: ${text}`, cause))
  }

  #catch(service: FeathersService, path: string, options: ServiceOptions): void {
    const known = this.#services.get(service)
    if (known) {
      known.paths.add(path) // one object under two paths: its listeners are the same
      return
    }
    const caught: Caught = { emit: service.emit, paths: new Set([path]) }
    this.#services.set(service, caught)
    if (isAuthentication(service)) return
    const events = eventsOf(options)
    const { onEvent } = this
    const pathOf = () => this.#pathOf(service, caught)
    service.emit = function (this: FeathersService, event: string | symbol, ...args: unknown[]): boolean {
      const [data, context] = args
      const emit = () => caught.emit.call(this, event, ...args)
      if (typeof event !== 'string' || !events.has(event) || isDisabled(context)) return emit()
      return onEvent({
        emit: (remoteness) => dispatchAs(remoteness, context, emit),
        toMessage: () => {
          const message = { event, path: pathOf(), data }
          return context === undefined || context === null
            ? message
            : { ...message, context: contextToSend(context) }
        }
      })
    }
  }

  /** Where the service is found now: `unuse` and `use` may have moved it. */
  #pathOf(service: FeathersService, { paths }: Caught): string {
    for (const path of paths) if (this.app.services[path] === service) return path
    return [...paths].at(-1) ?? ''
  }

  /** Not by `app.service(path)`, which can create a service or throw. */
  #serviceAt(path: unknown): FeathersService | undefined {
    if (typeof path !== 'string' || !Object.hasOwn(this.app.services, path)) return undefined
    const service: FeathersService = this.app.services[path]
    return this.#services.has(service) ? service : undefined
  }
}

function eventsOf({ events = [], serviceEvents = [] }: ServiceOptions): Set<string> {
  return new Set([...defaultServiceEvents, ...events, ...serviceEvents])
}

function isDisabled(context: unknown): boolean {
  return typeof context === 'object' && context !== null && (context as { [SYNC]?: boolean })[SYNC] === false
}

/** The events of an authentication service carry access tokens: they stay on this instance. */
function isAuthentication(service: object): boolean {
  return typeof (service as { createAccessToken?: unknown }).createAccessToken === 'function'
}
