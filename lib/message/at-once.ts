/**
 * What a function of the user's returned, where it is no promise.
 *
 * @param what names the function
 * @throws TypeError for a promise; what that rejects with is contained
 */
export function atOnce<Result>(result: Result, what: string): Result {
  if (!isPromise(result)) return result
  Promise.resolve(result).catch(() => {}) // nobody waits for it
  throw new TypeError(`${what} returned a promise: it has to return its result at once, so it can't be async`)
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  )
}
