import { EventEmitter } from 'node:events'
import { SyncAdapter } from '../../lib/index.js'

/** The broker of this process: one event name per `key`. */
const bus = new EventEmitter().setMaxListeners(0)

/** Moves bytes between the applications of one process, for tests that need an adapter and no broker. */
export class LoopAdapter extends SyncAdapter {
  override readonly type: string = 'loop'
  protected receive: ((bytes: Uint8Array) => void) | undefined

  protected override async doConnect(receive: (bytes: Uint8Array) => void): Promise<void> {
    this.receive = receive
    bus.on(this.options.key, receive)
  }

  protected override async doPublish(bytes: Uint8Array): Promise<void> {
    setImmediate(() => bus.emit(this.options.key, Buffer.from(bytes)))
  }

  protected override async doClose(): Promise<void> {
    if (this.receive) bus.off(this.options.key, this.receive)
  }
}
