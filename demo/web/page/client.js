import { io } from 'socket.io-client'

/**
 * @typedef {{ id: number, text: string, likes: number, from: string, stamp?: string }} Message
 * @typedef {'created' | 'patched' | 'removed'} EventName
 */

/** How long a call may take, in ms. */
const PATIENCE = 5000

/** How long after a disconnection the next attempt may come, in ms: by then it is known whether the instance is dead. */
const PAUSE = 1000

/** The websocket client of one pane, as any client of a Feathers application. */
export class Client {
  /** @type {import('socket.io-client').Socket | undefined} */
  #socket
  #leftAt = Number.NEGATIVE_INFINITY

  /**
   * @param {{ onConnect(): void, onDisconnect(): void, onTick(stamp: string): void,
   *   onMessage(event: EventName, message: Message): void }} listener
   */
  constructor(listener) {
    this.listener = listener
  }

  /**
   * Connects, if it is not connected. To be called again and again while the instance is running: socket.io would try by itself as
   * well, but each attempt at a dead instance is an error in the console of the browser.
   *
   * @param {number} port
   */
  connect(port) {
    if (this.#socket || performance.now() < this.#leftAt + PAUSE) return
    const socket = io(`ws://${location.hostname}:${port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true
    })
    this.#socket = socket
    socket.on('connect', () => this.listener.onConnect())
    socket.on('disconnect', () => this.#leave(socket))
    socket.on('connect_error', () => this.#leave(socket))
    for (const event of /** @type {EventName[]} */ (['created', 'patched', 'removed']))
      socket.on(`messages ${event}`, (message) => this.listener.onMessage(event, message))
    socket.on('ticks created', ({ stamp }) => this.listener.onTick(stamp))
  }

  /** @param {import('socket.io-client').Socket} socket */
  #leave(socket) {
    socket.close()
    this.#socket = undefined
    this.#leftAt = performance.now()
    this.listener.onDisconnect()
  }

  get isConnected() {
    return this.#socket?.connected ?? false
  }

  /**
   * Calls a method of the service `messages`.
   *
   * @param {'find' | 'create' | 'patch' | 'remove'} method
   * @param {...unknown} args
   */
  async call(method, ...args) {
    const socket = this.#socket
    if (!socket?.connected) throw new Error('not connected')
    const [failure, result] = await new Promise((resolve) => {
      socket
        .timeout(PATIENCE)
        .emit(
          method,
          'messages',
          ...args,
          (/** @type {Error | null} */ late, /** @type {unknown[]} */ ...answer) =>
            resolve(late ? [late] : answer)
        )
    })
    if (failure) throw new Error(failure.message)
    return result
  }

  /**
   * Makes an event that is not shown, for load.
   *
   * @param {string} stamp
   */
  tick(stamp) {
    if (this.isConnected) this.#socket?.emit('create', 'ticks', { stamp }, {})
  }
}
