// The adapter of relay-adapter.ts in plain JavaScript: a class without decorators and without constructor arguments.
// custom-adapter.mjs shows how it is used.

import { connect } from 'node:net'
import { SyncAdapter } from 'feathers-sync'
import { frame, onMessage } from './relay.mjs'

export class PlainRelayAdapter extends SyncAdapter {
  type = 'relay'

  /** @type {import('node:net').Socket | undefined} */
  socket

  // Resolves when the subscription is live. If it rejects, the base class tries again.
  /** @param {(bytes: Uint8Array) => void} receive */
  async doConnect(receive) {
    const { hostname, port } = new URL(this.options.uri ?? 'relay://localhost:4000')
    const socket = connect(Number(port), hostname)
    this.socket = socket
    await new Promise((resolve, reject) => {
      let subscribed = false
      let failure = new Error('the relay has gone')
      socket.on('error', (error) => {
        failure = error
      })
      socket.on('close', () => {
        if (!subscribed) reject(failure)
        else if (this.socket === socket) this.lost(failure) // not closed by us: the base class connects again
      })
      onMessage(socket, (message) => {
        if (subscribed) return receive(message)
        subscribed = true // the relay's answer to our topic
        resolve(undefined)
      })
      socket.write(frame(Buffer.from(this.options.key)))
    })
  }

  // Hands the bytes to the driver at once, and never keeps them for later.
  /** @param {Uint8Array} bytes */
  async doPublish(bytes) {
    if (!this.socket?.writable) throw new Error('the relay has gone')
    this.socket.write(frame(bytes))
  }

  // Called in every state, also while `doConnect` is pending, which it ends.
  async doClose() {
    const { socket } = this
    this.socket = undefined
    if (!socket || socket.closed) return
    const closed = new Promise((resolve) => socket.once('close', resolve))
    if (socket.connecting) socket.destroy()
    else socket.end()
    await closed
  }
}
