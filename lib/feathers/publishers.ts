import { reason, SyncError } from '../errors.js'
import { isObject } from '../message/fields.js'
import { isRemote } from './remote.js'

/** Where the channels of Feathers keep the publishers of an application, or of a service, by event. */
const PUBLISHERS = Symbol.for('@feathersjs/transport-commons/publishers')
const ALL_EVENTS = Symbol.for('@feathersjs/transport-commons/all-events')

type Publisher = (...args: unknown[]) => unknown
type Publishers = Record<string | symbol, Publisher | undefined>

const watched = new WeakSet<Publisher>()
let report: ((cause: unknown) => void) | undefined

/**
 * Runs `emit`, which delivers an event of another instance. Feathers shows what a publisher throws with DEBUG only.
 *
 * @param holders the service, and applications
 * @param onError called with what a publisher throws, or rejects with later. Must not throw
 */
export function watchPublishers(
  holders: readonly unknown[],
  event: string,
  onError: (cause: unknown) => void,
  emit: () => void
): void {
  for (const holder of holders) {
    const publishers = (holder as { [PUBLISHERS]?: Publishers } | undefined)?.[PUBLISHERS]
    if (!publishers) continue
    watch(publishers, event)
    watch(publishers, ALL_EVENTS)
  }
  const outer = report
  report = onError
  try {
    emit()
  } finally {
    report = outer
  }
}

/** @param name of the service and the event */
export function publisherError(name: string, context: unknown, cause: unknown): SyncError {
  const params = isObject(context) ? context.params : undefined
  const differences = [
    ...(isObject(params) && params.connection ? [] : ['there is no `params.connection`']),
    'there are no credentials in `params` (authentication, cookies, tokens)',
    'values are as the serializer keeps them (with JSON, a date is a string)'
  ]
  const text =
    `feathers-sync: the publisher of '${name}' threw on an event from another instance, so clients here are not sent it: ` +
    `${reason(cause)}. What differs from an event that was made here: ${differences.join(', ')}`
  return new SyncError('listener', text, cause)
}

function watch(publishers: Publishers, name: string | symbol): void {
  const publisher = publishers[name]
  if (publisher && !watched.has(publisher)) publishers[name] = watching(publisher)
}

function watching(publisher: Publisher): Publisher {
  const watcher = function (this: unknown, ...args: unknown[]): unknown {
    // A listener may emit an event of its own meanwhile.
    const onError = isRemote() ? report : undefined
    if (!onError) return publisher.apply(this, args)
    try {
      const channels = publisher.apply(this, args)
      Promise.resolve(channels).catch(onError)
      return channels
    } catch (cause) {
      onError(cause)
      throw cause
    }
  }
  watched.add(watcher)
  return watcher
}
