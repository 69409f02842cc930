import type { Environment } from '../environment.js'
import { type Batch, unitsOf } from '../wire/batch.js'
import { fragments } from '../wire/fragments.js'
import { encodeFrame } from '../wire/frame.js'
import type { Head } from '../wire/head.js'
import { EchoWindow } from './echo-window.js'
import type { UnderWay } from './path-limits.js'

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

/** One frame, or the fragments of one. */
interface Transmission {
  readonly first: number
  readonly next: number
  readonly retransmission: boolean
  /** The largest message, in bytes. */
  readonly size: number
  /** Messages in all, and those the driver was handed, with their bytes. */
  count: number
  handed: number
  bytes: number
  /** Messages that the driver holds. */
  held: number
  /** Over which it is sent. */
  readonly connection: number
  /** Refused, or cut short by the loss of the connection. */
  isFailed: boolean
}

/** The frames of events that were handed to the driver, until it has accepted them and the broker has echoed them. */
export class InFlight {
  readonly #environment: Environment
  readonly #host: InFlightHost
  readonly #window: EchoWindow
  #connection = 0
  #frames = 0
  #bytes = 0
  #events = 0
  /** The frame whose messages are being handed over, and those that are left. */
  #current: Transmission | undefined
  #rest: Iterator<Uint8Array> | undefined

  constructor(environment: Environment, host: InFlightHost) {
    this.#environment = environment
    this.#host = host
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
    const { first, next } = batch
    if (!retransmission) this.#events += next - first
    this.#frames += 1
    const transmission: Transmission = {
      first,
      next,
      retransmission,
      size,
      count: 1,
      handed: 0,
      bytes: 0,
      held: 0,
      connection: this.#connection,
      isFailed: false
    }
    const { wire } = this.#environment
    if (wire === 3) {
      this.#begin(transmission, plainMessages(batch))
      return
    }
    const { origin } = this.#host
    const frame = encodeFrame({ kind: 'events', origin, age: this.#host.age(), retransmission, ...batch })
    if (frame.length > size) this.#begin(transmission, fragments(frame, size, origin, first))
    else this.#hand(transmission, frame)
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

  #begin(transmission: Transmission, messages: Messages): void {
    transmission.count = messages.count
    this.#current = transmission
    this.#rest = messages.iterator
    this.#advance()
  }

  /** Hands over as many of its messages as there is room for. */
  #advance(): void {
    const transmission = this.#current
    if (!transmission) return
    while (transmission.handed < transmission.count && !transmission.isFailed && this.#isOpen()) {
      this.#hand(transmission, this.#rest?.next().value as Uint8Array)
    }
    if (transmission.handed === transmission.count || transmission.isFailed) this.#finish(transmission)
  }

  #goOn(): void {
    this.#advance()
    this.#host.settled()
  }

  /** All of it is handed over, or no more will be. */
  #finish(transmission: Transmission): void {
    this.#current = undefined
    this.#rest = undefined
    if (transmission.held === 0) this.#settle(transmission)
  }

  #hand(transmission: Transmission, message: Uint8Array): void {
    const { first, next, count } = transmission
    const bytes = message.length
    const index = transmission.handed
    transmission.handed += 1
    transmission.held += 1
    transmission.bytes += bytes
    this.#bytes += bytes
    if (this.#isEchoing) this.#window.add({ first, index, next: index === count - 1 ? next : 0, bytes })
    this.#publish(transmission, message)
  }

  #publish(transmission: Transmission, message: Uint8Array): void {
    const { link, counts } = this.#environment
    const bytes = message.length
    link
      .publish(message)
      .then(
        () => {
          counts.framesSent += 1
          counts.bytesSent += bytes
        },
        (cause) => this.#onRefused(transmission, cause)
      )
      .finally(() => {
        this.#bytes -= bytes
        transmission.held -= 1
        if (transmission.held === 0 && this.#current !== transmission) this.#settle(transmission)
        this.#goOn()
      })
  }

  #onRefused(transmission: Transmission, cause: unknown): void {
    if (transmission.isFailed) return
    transmission.isFailed = true
    const { first, next, size, connection } = transmission
    if (connection !== this.#connection && this.#isEchoing) return // it is sent again, as nothing of it has come back
    // With the connection lost, it is under way as far as known: it may be the reason.
    if (this.#environment.link.status === 'ready') this.#window.drop(first)
    this.#host.refused(first, next, size, cause)
  }

  /** The driver holds nothing of it any more. */
  #settle({ first, next, retransmission, bytes, isFailed }: Transmission): void {
    const events = next - first
    this.#frames -= 1
    if (!retransmission) this.#events -= events
    if (isFailed) return
    this.#environment.counts[retransmission ? 'resent' : 'sent'] += events
    if (this.#isEchoing) return
    this.#host.accepted(first)
    this.#host.returned(bytes, next)
  }
}

interface Messages {
  readonly count: number
  readonly iterator: Iterator<Uint8Array>
}

/** Without frames; copied, since the driver may keep them. */
function plainMessages(batch: Batch): Messages {
  const units = unitsOf(batch)
  return { count: units.length, iterator: units.map(({ payload }) => Buffer.from(payload)).values() }
}
