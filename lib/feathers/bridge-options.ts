import type { HookContext } from '@feathersjs/feathers'
import type { SyncMessage } from '../message/message.js'

/** The options that say which events are shared, and what of them. */
export interface BridgeOptions {
  /** `send` delivers no events of other instances here, `receive` sends none of its own. Default: `both` */
  mode?: 'both' | 'send' | 'receive' | undefined
  /** Asked for each event before it is sent: `false` keeps it on this instance. Called synchronously. */
  filter?: ((message: SyncMessage) => boolean) | undefined
  /**
   * What of a hook context travels, in place of the default choice (`docs/wire.md`): gets the context, returns what is
   * sent of it, besides `path`, `method` and `event`. Clients of other instances are shown its `dispatch`, or else its
   * `result`. `undefined`: no context. `app` and `service` never travel.
   */
  context?: ((context: HookContext) => object | undefined) | undefined
  /**
   * `3` writes what feathers-sync 3 reads, for the time of an upgrade: without what makes up for lost messages, and a message
   * for each event. Both are read always. Default: 4
   */
  wire?: 3 | 4 | undefined
}
