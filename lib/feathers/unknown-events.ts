import { inspect } from 'node:util'
import { SyncError } from '../errors.js'

/** How many errors are kept: there may be any number of names. */
const MAX_KEPT = 100

/** The errors for events that came in and are not known here. */
export class UnknownEvents {
  /** By path and event: to make one takes longer than to deliver an event, and they come again and again. */
  readonly #errors = new Map<string, SyncError>()

  error(path: unknown, event: unknown): SyncError {
    const isName = typeof path === 'string' && typeof event === 'string'
    const key = isName && path.length + event.length < 200 ? `${path} ${event}` : undefined
    const known = key === undefined ? undefined : this.#errors.get(key)
    if (known) return known
    const error = new SyncError('unknown', `feathers-sync: ${unknownText(path, event)}`)
    if (key !== undefined && this.#errors.size < MAX_KEPT) this.#errors.set(key, error)
    return error
  }
}

export function unknownText(path: unknown, event: unknown): string {
  return `an event came in that is not known here: ${nameOf(path, event)}`
}

/** For people: what came in may be of any type, and of any length. */
export function nameOf(path: unknown, event: unknown): string {
  return `${show(path)} ${show(event)}`
}

function show(name: unknown): string {
  return typeof name === 'string' ? inspect(name.slice(0, 100)) : `(${typeof name})`
}
