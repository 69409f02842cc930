import type { EventEmitter } from 'node:events'
import { settledWithin } from '../settled-within.js'

/** How long a server may take to answer a connection that is open, unless the driver's `connectTimeout` says otherwise, in ms. */
export const ANSWER_TIMEOUT = 5000

/** Before a server is ready it may say the slots of the largest clusters. A client has several sockets, to Sentinels too. */
export const LIMITS = { most: 16 * 1024 * 1024, keeps: 'all' } as const

export const silence = () => new Error('the server does not answer')

/**
 * Calls back where a client of node-redis is connected and gets no answer: it waits for that without limit.
 *
 * @param limit in ms
 * @returns ends it, and leaves neither timer nor listener
 */
export function watchAnswer(
  client: EventEmitter & { readonly isOpen: boolean; readonly isReady: boolean },
  limit: number | undefined,
  silent: (error: Error) => void
): () => void {
  let timer: NodeJS.Timeout | undefined
  const stop = () => clearTimeout(timer)
  const start = () => {
    stop()
    timer = setTimeout(() => silent(silence()), limit || ANSWER_TIMEOUT)
  }
  const listeners = { connect: start, ready: stop, reconnecting: stop, end: stop }
  for (const [event, listener] of Object.entries(listeners)) client.on(event, listener)
  if (client.isOpen && !client.isReady) start()
  return () => {
    stop()
    for (const [event, listener] of Object.entries(listeners)) client.off(event, listener)
  }
}

/**
 * The answer, where it comes in time.
 *
 * @param limit in ms
 */
export async function answerWithin(limit: number | undefined, answer: Promise<unknown>): Promise<void> {
  if (!(await settledWithin(limit || ANSWER_TIMEOUT, answer))) throw silence()
  await answer
}
