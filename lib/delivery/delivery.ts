import type { Link } from '../adapters/link.js'
import { SyncError, type SyncErrorKind } from '../errors.js'
import type { Clock } from './clock.js'
import type { Counts } from './counts.js'
import { Heartbeat } from './heartbeat.js'
import { Inbox, type SyncGap } from './receive/receiver.js'
import type { HistoryLimit } from './send/history.js'
import { Outbox } from './send/sender.js'
import {
  type AskFrame,
  type BeatFrame,
  decodeFrame,
  encodeFrame,
  type Frame,
  isFrame,
  newOrigin,
  type PartFrame
} from './wire/frame.js'

/** An instance answers questions that it can only answer with its numbers at most once in so many ms. */
const BEAT_INTERVAL = 50

export interface DeliveryOptions {
  readonly link: Link
  readonly clock: Clock
  readonly counts: Counts
  readonly history: HistoryLimit
  /** The period of the heartbeat in ms, 0 for none. */
  readonly heartbeat: number
  /** False: the events of others are of no interest. */
  readonly receives: boolean
  /** 3: payloads travel as they are, and nothing else does. */
  readonly wire: 3 | 4
  /** Takes the payload of `count` events of another instance, in order and once. Doesn't throw. */
  deliver(payload: Uint8Array, count: number): void
  /** Takes a message that is no frame. Doesn't throw. */
  plain(bytes: Uint8Array): void
  gap(gap: SyncGap): void
  error(error: SyncError): void
}

/** One stay of an instance among the others, from the first connection to the goodbye: wires Outbox, Inbox and Heartbeat. */
export class Delivery {
  readonly origin: string
  readonly outbox: Outbox
  readonly inbox: Inbox
  readonly #options: DeliveryOptions
  readonly #heartbeat: Heartbeat
  #open = true
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(options: DeliveryOptions) {
    const { link, clock, counts, history, heartbeat, receives, wire, deliver, gap, error } = options
    this.#options = options
    this.origin = newOrigin()
    this.outbox = new Outbox({
      origin: this.origin,
      link,
      clock,
      counts,
      history,
      isPlain: wire === 3,
      error,
      onSent: () => this.#heartbeat.sent()
    })
    this.inbox = new Inbox({
      clock,
      counts,
      heartbeat,
      deliver,
      gap,
      error,
      receives,
      canAsk: () => wire === 4 && !this.#heartbeat.isMute,
      ask: (target, ranges) => void this.#publish({ kind: 'ask', origin: this.origin, target, ranges })
    })
    this.#heartbeat = new Heartbeat({
      link,
      clock,
      period: heartbeat,
      fleet: () => this.inbox.size,
      isEchoed: () => this.outbox.isEchoed,
      beat: (flags) => void this.#beat(flags),
      healthy: (most) => this.inbox.tick(most),
      deaf: () => this.#mend('connect', 'nothing comes in any more: it connects anew'),
      mute: () => this.#onMute()
    })
    if (wire === 4) this.#heartbeat.start()
  }

  /** Takes the payload of `count` events. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void {
    this.outbox.send(payload, count)
  }

  /** To be called whenever the link gets ready: it has subscribed, now what waits goes out. */
  online(): void {
    this.outbox.resume()
    if (this.#options.wire === 4) this.#heartbeat.online()
  }

  /** Takes what comes from the broker. Never throws: it is called from a driver. */
  receive(bytes: Uint8Array): void {
    if (!this.#open) return
    const { counts, error } = this.#options
    counts.framesReceived += 1
    counts.bytesReceived += bytes.length
    if (!isFrame(bytes)) {
      if (this.#options.receives) this.#options.plain(bytes)
      return
    }
    try {
      this.#take(decodeFrame(bytes))
    } catch (cause) {
      error(SyncError.from(cause, 'frame', 'feathers-sync: could not take a message'))
    }
  }

  /**
   * Sends what waits and says goodbye, in `timeout` ms at most.
   *
   * @returns how many events could not be sent
   */
  async close(timeout: number): Promise<number> {
    const { clock } = this.#options
    await new Promise<void>((resolve) => {
      const cancel = clock.after(timeout, resolve)
      void this.outbox
        .flush()
        .then(() => (this.#open ? this.#beat({ bye: true }) : undefined))
        .then(() => {
          cancel()
          resolve()
        })
    })
    this.#open = false
    this.outbox.stop()
    this.#heartbeat.stop()
    this.inbox.stop()
    return this.outbox.unsent
  }

  #take(frame: Frame): void {
    const own = frame.origin === this.origin
    this.#heartbeat.hear(own)
    if (own) this.#takeOwn(frame)
    else this.#takeOther(frame)
  }

  #takeOther(frame: Frame): void {
    switch (frame.kind) {
      case 'ask':
        if (frame.target === this.origin) this.#answer(frame)
        else this.inbox.overhear(frame)
        break
      case 'beat':
        if (frame.join) this.#heartbeat.answer()
        this.inbox.takeBeat(frame)
        break
      case 'events':
        this.inbox.takeEvents(frame)
        break
      case 'part': {
        const whole = this.inbox.takePart(frame)
        if (whole) this.#takeWhole(decodeFrame(whole), frame)
      }
    }
  }

  #takeWhole(whole: Frame, { origin }: PartFrame): void {
    if (whole.kind !== 'events' || whole.origin !== origin) {
      throw new SyncError('frame', 'feathers-sync: the parts of a message are not of one')
    }
    this.inbox.takeEvents(whole)
  }

  /** What the broker echoes. */
  #takeOwn(frame: Frame): void {
    if (frame.kind === 'beat') this.outbox.echo(frame.last)
    else if (frame.kind === 'events') this.outbox.echo(frame.next - 1)
  }

  #answer({ ranges }: AskFrame): void {
    const now = this.#options.clock.now()
    if (this.outbox.answer(ranges) || now - this.#answeredAt < BEAT_INTERVAL) return
    this.#answeredAt = now
    this.#heartbeat.beat()
  }

  async #beat({ join = false, bye = false }): Promise<void> {
    const { age, last, history } = this.outbox
    const oldest = Math.min(history.oldest, last + 1)
    await this.#publish({ kind: 'beat', origin: this.origin, age, oldest, last, join, bye })
  }

  /** Sends a frame of the protocol. Never rejects. */
  async #publish(frame: AskFrame | BeatFrame): Promise<void> {
    const { link, counts, error, wire } = this.#options
    if (wire === 3) return // a frame would leave an instance of feathers-sync 3 deaf
    const bytes = encodeFrame(frame)
    try {
      await link.publish(bytes)
      counts.framesSent += 1
      counts.bytesSent += bytes.length
    } catch (cause) {
      if (link.status === 'ready') error(SyncError.from(cause, 'publish', 'feathers-sync: could not publish'))
    }
  }

  #onMute(): void {
    const text = 'what is published does not come back, though others are heard'
    // A new connection has not mended it: so it is forbidden.
    if (this.#heartbeat.isMute) this.#options.error(new SyncError('publish', `feathers-sync: ${text}`))
    else this.#mend('publish', `${text}: it connects anew`)
  }

  #mend(kind: SyncErrorKind, text: string): void {
    const error = new SyncError(kind, `feathers-sync: ${text}`)
    this.#options.error(error)
    this.#options.link.reconnect(error)
  }
}
