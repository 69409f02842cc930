import type { Environment } from '../environment.js'
import type { Batch } from '../wire/batch.js'
import { fragments } from '../wire/fragments.js'
import { encodeEvents, frameHead } from '../wire/frame.js'
import type { Head } from '../wire/head.js'
import { EchoWindow } from './echo-window.js'
import type { UnderWay } from './path-limits.js'
import { plainMessages, Transmission } from './transmission.js'

/** How much may be handed to the driver before it has accepted it. */
const LIMIT = { frames: 8, bytes: 4 * 1024 * 1024 }

/** While this many bytes are in flight, a frame that is not full waits for more events: a frame costs more than its events. */
const BUSY = 16 * 1024

/** None of it throws. */
export interface InFlightHost {
  readonly origin: string
  /** How long this origin has existed, in ms. */
  age(): number
  /** How much may be under way without having come back, in bytes. */
  window(): number
  /** The driver did not accept the frame of events `first` to before `next`, sent in messages of `size` bytes at most. */
  refused(first: number, next: number, size: number, cause: unknown): void
  /** The driver has accepted the frame that begins with event `first`. */
  accepted(first: number): void
  /** Messages have come back, or were accepted where nothing comes back; `next` follows the last complete event, or is 0. */
  returned(bytes: number, next: number): void
  /** There may be room for more. */
  settled(): void
}

/** The frames of events that were handed to the driver, until it has accepted them and the broker has echoed them. */
export class InFlight {
  readonly #environment: Environment
  readonly #host: InFlightHost
  readonly #head: Buffer
  readonly #window: EchoWindow
  #connection = 0
  #frames = 0
  #bytes = 0
  #events = 0
  /** The frame whose messages are being handed over. */
  #current: Transmission | undefined

  constructor(environment: Environment, host: InFlightHost) {
    this.#environment = environment
    this.#host = host
    this.#head = frameHead({ kind: 'events', origin: host.origin })
    this.#window = new EchoWindow(environment.clock, {
      echoed: (bytes, next) => {
        host.returned(bytes, next)
        this.#goOn()
      },
      expired: () => this.#goOn()
    })
  }

  /** How many events the driver has not accepted, first transmissions only. */
  get events(): number {
    return this.#events
  }

  /** Whether the driver has accepted all it was handed. */
  get isEmpty(): boolean {
    return this.#frames === 0
  }

  /** Whether another frame can be sent. */
  get hasRoom(): boolean {
    return this.#current === undefined && this.#frames < LIMIT.frames && this.#isOpen()
  }

  get isBusy(): boolean {
    return this.#bytes >= BUSY
  }

  /** Whether nothing comes back any more of what is under way. */
  get isStalled(): boolean {
    return this.#window.isStalled
  }

  /** How many bytes have not come back. */
  get unechoed(): number {
    return this.#window.bytes
  }

  /** Whether nothing is under way; what never comes back is waited for for a while only. */
  isAllEchoed(): boolean {
    if (this.#window.bytes === 0) return true
    this.#window.watch()
    return false
  }

  /** The events of a frame whose fragments were not all handed to the driver. */
  get incomplete(): { readonly first: number; readonly next: number } | undefined {
    return this.#current
  }

  /** Hands a frame, or its fragments as there is room for them, to the driver. Neither throws nor waits. */
  send(batch: Batch, retransmission: boolean, size: number): void {
    if (!retransmission) this.#events += batch.next - batch.first
    this.#frames += 1
    const transmission = new Transmission(batch, retransmission, size, this.#connection)
    if (this.#environment.wire === 3) transmission.divide(plainMessages(batch))
    else {
      const frame = encodeEvents(this.#head, this.#host.age(), retransmission, batch)
      if (frame.length <= size) {
        this.#hand(transmission, frame)
        return
      }
      transmission.divide(fragments(frame, size, this.#host.origin, batch.first))
    }
    this.#current = transmission
    this.#advance()
  }

  /** The link is ready again: refusals that are still to come tell nothing about the new connection. */
  online(): void {
    this.#connection += 1
  }

  /** An own message was echoed. */
  echo(head: Head): void {
    this.#window.take(head)
  }

  /** The connection was lost: nothing more comes back of it. Returns what was under way. */
  reset(): UnderWay {
    const lost = this.#window.underWay
    this.#window.clear()
    const current = this.#current
    if (current) {
      current.isFailed = true
      this.#finish(current)
    }
    return lost
  }

  stop(): void {
    this.#window.stop()
  }

  get #isEchoing(): boolean {
    const { link, wire } = this.#environment
    return link.echoes && wire !== 3
  }

  #isOpen(): boolean {
    const window = this.#host.window()
    if (this.#bytes >= Math.min(LIMIT.bytes, window)) return false
    if (this.#window.bytes < window) return true
    this.#window.watch()
    return false
  }

  /** Hands over as many messages of the current frame as there is room for. */
  #advance(): void {
    const transmission = this.#current
    if (!transmission) return
    while (!transmission.isHandedOver && this.#isOpen()) this.#hand(transmission, transmission.take())
    if (transmission.isHandedOver) this.#finish(transmission)
  }

  #goOn(): void {
    this.#advance()
    this.#host.settled()
  }

  /** All of it is handed over, or no more will be. */
  #finish(transmission: Transmission): void {
    this.#current = undefined
    if (transmission.held === 0) this.#settle(transmission)
  }

  #hand(transmission: Transmission, message: Uint8Array): void {
    const { first, next, count } = transmission
    const bytes = message.length
    const index = transmission.hand(bytes)
    this.#bytes += bytes
    if (this.#isEchoing) this.#window.add({ first, index, next: index === count - 1 ? next : 0, bytes })
    this.#environment.link.publish(message).then(
      () => this.#onTaken(transmission, bytes),
      (cause) => this.#onRefused(transmission, bytes, cause)
    )
  }

  #onTaken(transmission: Transmission, bytes: number): void {
    const { counts } = this.#environment
    counts.framesSent += 1
    counts.bytesSent += bytes
    this.#release(transmission, bytes)
  }

  #onRefused(transmission: Transmission, bytes: number, cause: unknown): void {
    if (!transmission.isFailed) this.#fail(transmission, cause)
    this.#release(transmission, bytes)
  }

  #fail(transmission: Transmission, cause: unknown): void {
    transmission.isFailed = true
    const { first, next, size, connection } = transmission
    if (connection !== this.#connection && this.#isEchoing) return // it is sent again, as nothing of it has come back
    // With the connection lost, it is under way as far as known: it may be the reason.
    if (this.#environment.link.status === 'ready') this.#window.drop(first)
    this.#host.refused(first, next, size, cause)
  }

  /** The driver does not hold a message of it any more. */
  #release(transmission: Transmission, bytes: number): void {
    this.#bytes -= bytes
    transmission.held -= 1
    if (transmission.held === 0 && this.#current !== transmission) this.#settle(transmission)
    this.#goOn()
  }

  /** The driver holds nothing of it any more. */
  #settle({ first, next, events, retransmission, bytes, isFailed }: Transmission): void {
    this.#frames -= 1
    if (!retransmission) this.#events -= next - first
    if (isFailed) return
    this.#environment.counts[retransmission ? 'resent' : 'sent'] += events
    if (this.#isEchoing) return
    this.#host.accepted(first)
    this.#host.returned(bytes, next)
  }
}
