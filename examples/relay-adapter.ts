// An adapter in TypeScript: three methods that do the I/O. The base class does the rest: reconnecting, status, errors.
// custom-adapter.ts shows how it is used.

import { connect, type Socket } from 'node:net'
import { inject, injectable, SyncAdapter } from 'feathers-sync'
import { frame, onMessage } from './relay.mjs'

/** A dependency of the application's own, to show that the container injects it. */
@injectable()
export class Logger {
  log(text: string): void {
    console.log(text)
  }
}

@injectable()
export class RelayAdapter extends SyncAdapter {
  override readonly type = 'relay'

  #socket: Socket | undefined

  constructor(@inject(Logger) private readonly logger: Logger) {
    super()
  }

  // Resolves when the subscription is live. If it rejects, the base class tries again.
  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    const { hostname, port } = new URL(String(this.options.uri ?? 'relay://localhost:4000'))
    const socket = connect(Number(port), hostname)
    this.#socket = socket
    await new Promise<void>((resolve, reject) => {
      let subscribed = false
      let failure = new Error('the relay has gone')
      socket.on('error', (error) => {
        failure = error
      })
      socket.on('close', () => {
        if (!subscribed) reject(failure)
        else if (this.#socket === socket) this.lost(failure) // not closed by us: the base class connects again
      })
      onMessage(socket, (message) => {
        if (subscribed) return receive(message)
        subscribed = true // the relay's answer to our topic
        resolve()
      })
      socket.write(frame(Buffer.from(this.options.key)))
    })
    this.logger.log('connected to the relay')
  }

  // Hands the bytes to the driver at once, and never keeps them for later.
  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    if (!this.#socket?.writable) throw new Error('the relay has gone')
    this.#socket.write(frame(bytes))
  }

  // Called in every state, also while `doConnect` is pending, which it ends.
  protected override async doClose(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (!socket || socket.closed) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    if (socket.connecting) socket.destroy()
    else socket.end()
    await closed
  }
}
