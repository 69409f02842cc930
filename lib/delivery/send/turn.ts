import type { Clock } from '../clock.js'

/** The events of one turn: of a callback of the event loop, and the promises that it has resolved. They share frames. */
export class Turn {
  readonly #clock: Clock
  readonly #onEnd: () => void
  #isOpen = false
  #bytes = 0
  readonly #end = () => {
    this.#isOpen = false
    this.#bytes = 0
    this.#onEnd()
  }

  /** The first event of this turn, or of the next one when it is over. */
  first = 1

  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock
    this.#onEnd = onEnd
  }

  /** An event is made, which will have the sequence number `next`. */
  begin(next: number): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.first = next
    this.#clock.turn(this.#end)
  }

  /** Counts more bytes; tells whether those before fill a frame of `room` bytes with them. */
  fills(bytes: number, room: number): boolean {
    const isFull = this.#bytes > 0 && this.#bytes + bytes > room
    this.#bytes = isFull ? bytes : this.#bytes + bytes
    return isFull
  }
}
