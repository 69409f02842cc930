/** `context[SYNC] = false` in a hook: the event is delivered on this instance and not sent to the others. */
export const SYNC: unique symbol = Symbol('feathers-sync/enabled')
