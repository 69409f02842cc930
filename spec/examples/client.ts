import { io, type Socket } from 'socket.io-client'

/** A client that connects again soon. */
export const client = (port: number, transports: string[]): Socket =>
  io(`http://127.0.0.1:${port}`, {
    transports,
    withCredentials: true,
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200
  })
