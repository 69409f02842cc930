import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Where Node publishes each new client socket, as `{ socket }`: not those that begin with TLS. */
const CHANNEL = 'net.client.socket'

/** How often is looked at what has come in, in ms. */
const CHECK_INTERVAL = 20

/** Which call a socket belongs to: the inner one, where a driver's connection opens another one. Disabled while there is none. */
const scope = new AsyncLocalStorage<symbol>()
let calls = 0

interface Limits {
  /** How much may come in before, in bytes. */
  readonly most: number
  /** Which sockets stay where it succeeds. */
  readonly keeps: 'all' | 'last'
}

/**
 * Runs a driver's `connect`, which neither can be canceled nor destroys the socket of a server that doesn't answer: the
 * sockets that it opens are destroyed when `signal` is aborted and when it fails. One by which more comes in than any server says at the beginning is destroyed, too: a driver may keep all of it.
 *
 * @param connect gets a signal for the options of a socket that begins with TLS, which destroys it
 */
export async function connecting<Connection>(
  signal: AbortSignal,
  { most, keeps }: Limits,
  connect: (failed: AbortSignal) => Promise<Connection>
): Promise<Connection> {
  const sockets = new Set<Socket>()
  const call = Symbol('connecting')
  const failed = new AbortController()
  const destroy = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const fail = () => {
    failed.abort()
    destroy()
  }
  const onSocket = (message: unknown) => {
    if (scope.getStore() !== call) return // somebody else's
    sockets.add((message as { socket: Socket }).socket)
    if (signal.aborted) queueMicrotask(destroy) // not yet: `connect` would bring it to life again
  }
  const check = () => {
    for (const socket of sockets) {
      if (socket.bytesRead > most) socket.destroy(new Error(`${FLOOD}, more than ${most} bytes`))
      if (socket.destroyed) sockets.delete(socket) // a driver may try for days
    }
  }
  if (signal.aborted) failed.abort()
  calls += 1
  subscribe(CHANNEL, onSocket)
  signal.addEventListener('abort', fail)
  const checks = setInterval(check, CHECK_INTERVAL).unref()
  try {
    const connection = await scope.run(call, connect, failed.signal)
    const kept = keeps === 'last' ? [...sockets].slice(-1) : sockets
    for (const socket of kept) sockets.delete(socket)
    destroy()
    return connection
  } catch (error) {
    fail()
    throw error
  } finally {
    clearInterval(checks)
    signal.removeEventListener('abort', fail)
    unsubscribe(CHANNEL, onSocket)
    calls -= 1
    if (calls === 0) scope.disable()
  }
}

/** How the text of the error begins. */
export const FLOOD = 'the server sends without end what is no answer'
