import type { HookContext } from '@feathersjs/feathers'
import type { SyncMessage } from '../message/message.js'
import type { ServicesSync } from './service-sync.js'

/** As a method, so that its parameter may be the `HookContext` of one application. A promise doesn't compile. */
interface ChooseContext {
  choose(context: HookContext): (object & { then?: never }) | undefined
}

/** As a method, so that its parameter may be the `SyncMessage` of one application's services. */
interface FilterEvents<Services> {
  filter(message: SyncMessage<Services>): boolean
}

/** The options that say which events are shared, and what of them. */
export interface BridgeOptions<Services = unknown> {
  /** `send` delivers no events of other instances here, `receive` sends none of its own. Default: `both` */
  mode?: 'both' | 'send' | 'receive' | undefined
  /**
   * Which events of which services are shared, by the path of the service: `{ logs: false, users: { events: ['created'] } }`. `*` is
   * for all services that are not named here and have no `sync` option of their own in `app.use`. What is excluded is neither
   * sent nor delivered. Default: all events of all services
   */
  services?: ServicesSync<Services> | undefined
  /**
   * Called for each event before it is sent: `false` keeps it on this instance. It has to decide at once: where it throws or
   * returns a promise or `undefined`, the event is not sent, and that is reported.
   */
  filter?: FilterEvents<Services>['filter'] | undefined
  /**
   * What is sent of a hook context, in place of the default policy (`docs/wire.md`): gets the context, returns what is
   * sent of it, besides `path`, `method` and `event`. Clients of other instances are sent its `dispatch`, or else its
   * `result`. `undefined`: no context. `app` and `service` are never sent. Where it throws or returns a promise, the event is not
   * sent, and that is reported.
   */
  context?: ChooseContext['choose'] | undefined
  /**
   * Names of fields, or patterns of names, that leave no instance, at any depth of data, result, dispatch and params:
   * `['password', /token$/i]`. Names are taken as they are. The listeners and clients of this instance get them as before.
   */
  omit?: readonly (string | RegExp)[] | undefined
  /**
   * `3` writes what feathers-sync 3 reads, for the time of an upgrade: a message for each event, and no recovery of lost
   * messages. Both are always read. Default: 4
   */
  wire?: 3 | 4 | undefined
}
