import type { Cancel, Clock } from '../clock.js'
import type { Head } from '../wire/head.js'
import type { UnderWay } from './path-limits.js'

/** What has not come back for so long, while nothing more may be sent, was lost by the broker, in ms. */
const ECHO_TIMEOUT = 2000

/** A message that has not come back. */
export interface Unechoed {
  /** The first event of its frame, and its place among the fragments of that. */
  readonly first: number
  readonly index: number
  /** What follows the last event of its frame; 0 if more fragments follow. */
  readonly next: number
  readonly bytes: number
}

/** None of it throws. */
export interface EchoHost {
  /** Messages have come back; `next` follows the last event of those that are complete, or is 0. */
  echoed(bytes: number, next: number): void
  /** The window was full, and nothing has come back for long: what was under way is lost. */
  expired(): void
}

/**
 * The messages that were published and have not come back. The echo is the flow control: a burst must not fill the buffers
 * that a broker has for its subscribers.
 */
export class EchoWindow {
  readonly #clock: Clock
  readonly #host: EchoHost
  #messages: Unechoed[] = []
  #bytes = 0
  #timer: Cancel | undefined
  #isStalled = false

  constructor(clock: Clock, host: EchoHost) {
    this.#clock = clock
    this.#host = host
  }

  /** How many bytes have not come back. */
  get bytes(): number {
    return this.#bytes
  }

  /** What has not come back. */
  get underWay(): UnderWay {
    const largest = this.#messages.reduce((most, { bytes }) => Math.max(most, bytes), 0)
    return { bytes: this.#bytes, largest }
  }

  /** Whether nothing comes back any more of what is under way. */
  get isStalled(): boolean {
    return this.#isStalled
  }

  add(message: Unechoed): void {
    this.#messages.push(message)
    this.#bytes += message.bytes
  }

  /** An own message was echoed: it and all that were sent before it have arrived, or are lost. */
  take(head: Head): void {
    const count = this.#countUntil(head)
    if (count > 0) this.#return(count)
  }

  /** The driver did not take the frame that begins with event `first`. */
  drop(first: number): void {
    this.#messages = this.#messages.filter((message) => message.first !== first)
    this.#bytes = this.#messages.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** It is full: what never comes back must not keep it so. */
  watch(): void {
    this.#timer ??= this.#clock.after(ECHO_TIMEOUT, () => {
      this.clear()
      this.#isStalled = true
      this.#host.expired()
    })
  }

  /** Nothing of it comes back any more. */
  clear(): void {
    this.#messages = []
    this.#bytes = 0
    this.#isStalled = false
    this.stop()
  }

  stop(): void {
    this.#timer?.()
    this.#timer = undefined
  }

  /** How many messages are older than what came back, or are it; 0 if it is none of them. */
  #countUntil(head: Head): number {
    const messages = this.#messages
    for (let count = 0; count < messages.length; count += 1) {
      const { first, index } = messages[count] as Unechoed
      if (head.kind === 'heartbeat') {
        if (first > head.last) return count
      } else if (first === head.first && index === head.index) return count + 1
    }
    return head.kind === 'heartbeat' ? messages.length : 0
  }

  #return(count: number): void {
    let bytes = 0
    let next = 0
    for (let left = count; left > 0; left -= 1) {
      const message = this.#messages.shift() as Unechoed
      bytes += message.bytes
      next = Math.max(next, message.next)
    }
    this.#bytes -= bytes
    this.#isStalled = false
    this.stop()
    this.#host.echoed(bytes, next)
  }
}
