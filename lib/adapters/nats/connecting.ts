import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Where Node publishes each new client socket, as `{ socket }`. */
const CHANNEL = 'net.client.socket'

/**
 * Runs a driver's `connect`, which neither can be canceled nor destroys the socket of a server that doesn't answer: the
 * sockets that it opens are destroyed when `signal` is aborted and when it fails, and on success all but the last.
 */
export async function connecting<Connection>(
  signal: AbortSignal,
  connect: () => Promise<Connection>
): Promise<Connection> {
  const sockets: Socket[] = []
  const scope = new AsyncLocalStorage<true>()
  const destroy = () => {
    for (const socket of sockets.splice(0)) socket.destroy()
  }
  const onSocket = (message: unknown) => {
    if (!scope.getStore()) return // somebody else's
    sockets.push((message as { socket: Socket }).socket)
    if (signal.aborted) queueMicrotask(destroy) // not yet: `connect` would bring it to life again
  }
  subscribe(CHANNEL, onSocket)
  signal.addEventListener('abort', destroy)
  try {
    const connection = await scope.run(true, connect)
    sockets.pop()
    return connection
  } finally {
    destroy()
    signal.removeEventListener('abort', destroy)
    unsubscribe(CHANNEL, onSocket)
    scope.disable()
  }
}
