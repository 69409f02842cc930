import { Delivery } from '../../lib/delivery/delivery.js'
import { encodeFrame, type Frame, type HeartbeatFrame } from '../../lib/delivery/wire/frame.js'
import { settled } from './fake-link.js'
import { Stage, type StageOptions } from './stage.js'
import { eventsFrame, OTHER } from './wire/golden.js'

/** One instance's delivery, which receives what the test says from another instance. */
export class DeliveryStage extends Stage {
  readonly delivery: Delivery

  constructor(options?: StageOptions) {
    super(options)
    this.delivery = new Delivery(this)
  }

  /** The broker echoes what was published, once. */
  echo(): void {
    const { published } = this.link
    this.link.published = []
    for (const bytes of published) this.delivery.receive(bytes)
  }

  receive(frame: Frame): void {
    this.delivery.receive(encodeFrame(frame))
  }

  takeEvent(sequence: number): void {
    const unit = { first: sequence, count: 1, payload: Buffer.from(`${sequence}`) }
    this.receive(eventsFrame([unit], { origin: OTHER, age: this.clock.now() }))
  }

  takeHeartbeat(more: Partial<HeartbeatFrame> = {}): void {
    const flags = { join: false, leave: false }
    this.receive({ kind: 'heartbeat', origin: OTHER, age: 0, oldest: 1, last: 0, ...flags, ...more })
  }

  takeNack(from: number, to: number, target = this.delivery.origin): void {
    this.receive({ kind: 'nack', origin: OTHER, target, ranges: [{ from, to }] })
  }

  /** Ends the timers that closing waits for. */
  async close(timeout = 1000): Promise<number> {
    const closing = this.delivery.close(timeout)
    await settled()
    await this.pass(timeout)
    return closing
  }
}
