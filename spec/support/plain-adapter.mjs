import { EventEmitter } from 'node:events'
import { SyncAdapter } from '../../lib/index.js'

const bus = new EventEmitter().setMaxListeners(0)

/** An adapter as somebody writes it who has no TypeScript, no decorators and no `maxPayload`. */
export class PlainAdapter extends SyncAdapter {
  type = 'plain'

  async doConnect(receive) {
    this.receive = receive
    bus.on(this.options.key, receive)
  }

  async doPublish(bytes) {
    const message = Buffer.from(bytes)
    setImmediate(() => bus.emit(this.options.key, message))
  }

  async doClose() {
    if (this.receive) bus.off(this.options.key, this.receive)
  }
}
