/** Where an event was made. `undefined`: not known, as under the functional `core`. */
export type Remoteness = boolean | undefined

let current: Remoteness

/** As a base class it lets a derived one add its private fields to the object that it is given. */
function Given(object: object): object {
  return object
}

/** Marks contexts with where their event was made. A WeakMap would take several times as long for each. */
class Mark extends (Given as unknown as new (object: object) => object) {
  #remoteness: Remoteness

  private constructor(context: object, remoteness: Remoteness) {
    super(context)
    this.#remoteness = remoteness
  }

  static set(context: object, remoteness: Remoteness): void {
    if (#remoteness in context) context.#remoteness = remoteness
    else new Mark(context, remoteness)
  }

  /** Of one that has no mark: made here. */
  static get(context: object): Remoteness {
    return #remoteness in context ? context.#remoteness : false
  }
}

/**
 * Did this event come from another instance?
 *
 * @param context the hook context that a listener got, at any time. Without one, the answer is for the event that is being
 *   dispatched right now, so call it synchronously in the listener
 * @returns `undefined` if the origin isn't known: no event is being dispatched, or it came through `core`
 */
export function isRemote(context?: unknown): boolean | undefined {
  if (typeof context !== 'object' || context === null) return current
  return Mark.get(context)
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
  if (remoteness !== false && typeof context === 'object' && context !== null) Mark.set(context, remoteness)
  const outer = current
  current = remoteness
  try {
    return emit()
  } finally {
    current = outer
  }
}
