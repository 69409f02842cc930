import { SyncError, type SyncErrorKind } from '../errors.js'
import type { Environment } from './environment.js'
import { Heartbeat } from './heartbeat.js'
import { Receiver } from './receive/receiver.js'
import { Sender } from './send/sender.js'
import {
  BODY_AT,
  decodeFrame,
  encodeFrame,
  type FragmentFrame,
  type Frame,
  type HeartbeatFrame,
  isFrame,
  type NackFrame,
  newOrigin,
  ORIGIN_AT,
  readHead
} from './wire/frame.js'

/** NACKs for events that are not in the history are answered by at most one heartbeat in this many ms. */
const ANSWER_INTERVAL = 50

/** One membership of an instance, from its first connection until it leaves: wires Sender, Receiver and Heartbeat. */
export class Delivery {
  readonly origin: string
  readonly sender: Sender
  readonly receiver: Receiver
  readonly #originBytes: Buffer
  readonly #environment: Environment
  readonly #heartbeat: Heartbeat
  #open = true
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(environment: Environment) {
    const { wire } = environment
    this.#environment = environment
    this.origin = newOrigin()
    this.#originBytes = Buffer.from(this.origin, 'hex')
    this.sender = new Sender(environment, this.origin, () => this.#heartbeat.eventsSent())
    this.receiver = new Receiver(environment, {
      canNack: () => wire === 4 && !this.#heartbeat.isMute,
      nack: (target, ranges) => void this.#publish({ kind: 'nack', origin: this.origin, target, ranges })
    })
    this.#heartbeat = new Heartbeat(environment, {
      fleetSize: () => this.receiver.size,
      isEchoed: () => this.sender.isEchoed,
      publish: (flags) => void this.#publishHeartbeat(flags),
      healthy: (most) => this.receiver.tick(most),
      deaf: () => this.#reconnect('connect', 'nothing is received any more: reconnecting'),
      mute: () => this.#onMute()
    })
    if (wire === 4) this.#heartbeat.start()
  }

  /** Takes the payload of `count` events. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void {
    this.sender.send(payload, count)
  }

  /** To be called whenever the link gets ready: it has subscribed, and waiting events are sent. */
  online(): void {
    this.sender.resume()
    if (this.#environment.wire === 4) this.#heartbeat.online()
  }

  /** Takes a message from the broker. Never throws: it is called by a driver. */
  receive(bytes: Uint8Array): void {
    if (!this.#open) return
    const { counts, receives, sink } = this.#environment
    counts.framesReceived += 1
    counts.bytesReceived += bytes.length
    if (!isFrame(bytes)) {
      if (receives) sink.plain(bytes)
      return
    }
    try {
      if (this.#isOwn(bytes)) this.#takeEcho(bytes)
      else this.#take(decodeFrame(bytes))
    } catch (cause) {
      sink.error(SyncError.from(cause, 'frame', 'feathers-sync: could not process a message'))
    }
  }

  /**
   * Sends the waiting events and leaves, within `timeout` ms.
   *
   * @returns how many events could not be sent
   */
  async close(timeout: number): Promise<number> {
    const { clock } = this.#environment
    await new Promise<void>((resolve) => {
      const cancel = clock.after(timeout, resolve)
      void this.sender
        .flush()
        .then(() => (this.#open ? this.#publishHeartbeat({ leave: true }) : undefined))
        .then(() => {
          cancel()
          resolve()
        })
    })
    this.#open = false
    this.sender.stop()
    this.#heartbeat.stop()
    this.receiver.stop()
    return this.sender.unsent
  }

  #isOwn(bytes: Uint8Array): boolean {
    return bytes.length > BODY_AT && this.#originBytes.compare(bytes, ORIGIN_AT, BODY_AT) === 0
  }

  /** What it says is known: only its head is read. */
  #takeEcho(bytes: Uint8Array): void {
    this.#heartbeat.hear(true)
    const head = readHead(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    if (head) this.sender.echo(head)
  }

  #take(frame: Frame): void {
    this.#heartbeat.hear(false)
    switch (frame.kind) {
      case 'nack':
        if (frame.target === this.origin) this.#answer(frame)
        else this.receiver.overhear(frame)
        break
      case 'heartbeat':
        if (frame.join) this.#heartbeat.answer()
        this.receiver.takeHeartbeat(frame)
        break
      case 'events':
        this.receiver.takeEvents(frame)
        break
      case 'fragment': {
        const whole = this.receiver.takeFragment(frame)
        if (whole) this.#takeReassembled(decodeFrame(whole), frame)
      }
    }
  }

  #takeReassembled(whole: Frame, { origin }: FragmentFrame): void {
    if (whole.kind !== 'events' || whole.origin !== origin) {
      throw new SyncError('frame', 'feathers-sync: received fragments of different messages as one')
    }
    this.receiver.takeEvents(whole)
  }

  #answer({ ranges }: NackFrame): void {
    const now = this.#environment.clock.now()
    if (this.sender.answer(ranges) || now - this.#answeredAt < ANSWER_INTERVAL) return
    this.#answeredAt = now
    this.#heartbeat.send()
  }

  async #publishHeartbeat({ join = false, leave = false }): Promise<void> {
    const { age, last, history } = this.sender
    const oldest = Math.min(history.oldest, last + 1)
    await this.#publish({ kind: 'heartbeat', origin: this.origin, age, oldest, last, join, leave })
  }

  /** Sends a protocol frame. Never rejects. */
  async #publish(frame: NackFrame | HeartbeatFrame): Promise<void> {
    const { link, counts, sink, wire } = this.#environment
    if (wire === 3) return // a frame would leave an instance of feathers-sync 3 deaf
    const bytes = encodeFrame(frame)
    try {
      await link.publish(bytes)
      counts.framesSent += 1
      counts.bytesSent += bytes.length
    } catch (cause) {
      if (link.status === 'ready')
        sink.error(SyncError.from(cause, 'publish', 'feathers-sync: could not publish'))
    }
  }

  #onMute(): void {
    const text = 'own messages are not received, though those of other instances are'
    // A new connection did not help: publishing is probably forbidden.
    if (this.#heartbeat.isMute)
      this.#environment.sink.error(new SyncError('publish', `feathers-sync: ${text}`))
    else this.#reconnect('publish', `${text}: reconnecting`)
  }

  #reconnect(kind: SyncErrorKind, text: string): void {
    const { link, sink } = this.#environment
    const error = new SyncError(kind, `feathers-sync: ${text}`)
    sink.error(error)
    link.reconnect(error)
  }
}
