/** Where an event was made. `undefined`: not known, as under the functional `core`. */
export type Remoteness = boolean | undefined

const contexts = new WeakMap<object, Remoteness>()
let current: Remoteness

/**
 * Did this event come from another instance?
 *
 * @param context the hook context that a listener got, at any time. Without one, the answer is for the event that is being
 *   dispatched right now, so call it synchronously in the listener
 * @returns `undefined` if the origin isn't known: no event is being dispatched, or it came through `core`
 */
export function isRemote(context?: unknown): boolean | undefined {
  if (typeof context !== 'object' || context === null) return current
  return contexts.has(context) ? contexts.get(context) : false
}

type Listener<This, Args extends unknown[]> = (this: This, ...args: Args) => unknown

/**
 * Wraps a service event listener so that it runs only on the instance where the event was made. Keeps `this`;
 * `service.off(event, listener)` with the original removes it. Not for `once`: an event of another instance would use
 * it up.
 */
export function local<This, Args extends unknown[]>(
  listener: Listener<This, Args>
): (this: This, ...args: Args) => unknown {
  const wrapper = function (this: This, ...args: Args): unknown {
    return current ? undefined : listener.apply(this, args)
  }
  // Node's EventEmitter finds a wrapper by its original this way, as it does for `once`.
  return Object.assign(wrapper, { listener })
}

/** Runs `emit` as the dispatch of an event of known origin. Nested: a remote listener may make a local event. */
export function dispatchAs<Result>(remoteness: Remoteness, context: unknown, emit: () => Result): Result {
  if (remoteness !== false && typeof context === 'object' && context !== null)
    contexts.set(context, remoteness)
  const outer = current
  current = remoteness
  try {
    return emit()
  } finally {
    current = outer
  }
}
