import { once } from 'node:events'
import { io } from 'socket.io-client'

/** A client that has all messages: events tell it of new ones, and after each connect it loads what it has missed. */
export class Client {
  /** Of all messages that it knows of. */
  ids = new Set()
  /** What it got over which connection: the next instance may send an event that the previous one has sent. */
  events = []
  connections = 0

  constructor(url) {
    this.socket = io(url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 200 })
    this.socket.on('messages created', ({ id }) => {
      this.ids.add(id)
      this.events.push(`${id} over connection ${this.connections}`)
    })
    this.socket.on('connect', () => {
      this.connections += 1
      // Events come from the moment of the connect, so nothing is missed between them and what this loads.
      this.socket.emit('find', 'messages', {}, (_error, messages) => {
        for (const { id } of messages ?? []) this.ids.add(id)
      })
    })
  }

  /** Waits for a connection, but not for ever: what is counted in the end is whether there is one. */
  async connected() {
    if (this.socket.connected) return
    await once(this.socket, 'connect', { signal: AbortSignal.timeout(20_000) }).catch(() => {})
  }
}
