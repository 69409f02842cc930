import { EventEmitter } from 'node:events'
import { isPromise } from '../message/at-once.js'

/** Whether `emitTo` would call any; of an emitter with an `emit` of its own, that isn't known. */
export function hasListeners(emitter: EventEmitter, emit: EventEmitter['emit'], event: string): boolean {
  return emit !== EventEmitter.prototype.emit || emitter.listenerCount(event) > 0
}

/**
 * Emits by `emit`; what an async listener rejects with goes to `onRejection`, where it would end the process. Not for an
 * emitter with an `emit` of its own class, which alone knows its listeners.
 *
 * @param pending gets the promises that async listeners return
 */
export function emitTo(
  emitter: EventEmitter,
  emit: EventEmitter['emit'],
  event: string,
  args: readonly unknown[],
  onRejection: (reason: unknown) => void,
  pending?: unknown[]
): boolean {
  if (emit !== EventEmitter.prototype.emit) return emit.call(emitter, event, ...args)
  const listeners = emitter.rawListeners(event)
  for (const listener of listeners) {
    const result: unknown = Reflect.apply(listener, emitter, args)
    if (!isPromise(result)) continue
    Promise.resolve(result).catch(onRejection)
    pending?.push(result)
  }
  return listeners.length > 0
}
