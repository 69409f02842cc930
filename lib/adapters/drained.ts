import type { EventEmitter } from 'node:events'

const waiting = new WeakMap<EventEmitter, Promise<void>>()

/**
 * Resolves when a socket or channel whose buffer was full is empty again, and rejects when it closes before that. All
 * callers share one pair of listeners.
 */
export function drained(stream: EventEmitter): Promise<void> {
  const drain =
    waiting.get(stream) ??
    new Promise<void>((resolve, reject) => {
      const settle = (outcome: () => void) => {
        waiting.delete(stream)
        stream.off('drain', onDrain)
        stream.off('close', onClose)
        outcome()
      }
      const onDrain = () => settle(resolve)
      const onClose = () => settle(() => reject(new Error('the connection was closed')))
      stream.on('drain', onDrain)
      stream.on('close', onClose)
    })
  waiting.set(stream, drain)
  return drain
}
