/** How far an instance's events have got, by sequence number: they are sent, and come back, in their order. */
export class Progress {
  /** The next event to send. */
  #cursor = 1
  /** The first event that was never sent. */
  #fresh = 1
  /** The last event that has come back, or was accepted where nothing comes back. */
  #returned = 0

  get cursor(): number {
    return this.#cursor
  }

  get returned(): number {
    return this.#returned
  }

  /** The end of the events that are sent for another time; undefined if the next one was never sent. */
  get retransmittedUntil(): number | undefined {
    return this.#cursor < this.#fresh ? this.#fresh : undefined
  }

  /** All before event `next` were handed over. */
  sent(next: number): void {
    this.#cursor = next
    this.#fresh = Math.max(this.#fresh, next)
  }

  /** All before event `next` have come back, as far as they were sent. Returns whether some of them are new. */
  comeBack(next: number): boolean {
    const end = Math.min(next, this.#fresh)
    if (end <= this.#returned + 1) return false
    this.#returned = end - 1
    // What has come back although it was refused is not sent again.
    this.#cursor = Math.max(this.#cursor, end)
    return true
  }

  /** Event `sequence` has to be sent again, and all after it; those before `oldest` are gone. */
  rewind(sequence: number, oldest: number): void {
    this.#cursor = Math.max(oldest, Math.min(this.#cursor, sequence))
  }

  /** Goes on with event `oldest`. Returns how many were never sent of those before it. */
  skipTo(oldest: number): number {
    const unsent = Math.max(0, oldest - Math.max(this.#cursor, this.#fresh))
    this.#cursor = Math.max(this.#cursor, oldest)
    this.#fresh = Math.max(this.#fresh, oldest)
    return unsent
  }
}
