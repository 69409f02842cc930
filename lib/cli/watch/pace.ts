import type { Terminal } from '../terminal.js'

/** What was not shown, as its reader was too slow. */
export interface Skipped {
  readonly events: number
  /** Lines that are about something else. */
  readonly others: number
}

/** Has lines written while their reader keeps up, and counts the others: they would take memory without bound. */
export class Pace {
  readonly #terminal: Terminal
  readonly #tell: (skipped: Skipped) => void
  #isBehind = false
  #events = 0
  #others = 0
  /** Events that were not shown, from the start. */
  skipped = 0

  /** @param tell is called when the reader has caught up */
  constructor(terminal: Terminal, tell: (skipped: Skipped) => void) {
    this.#terminal = terminal
    this.#tell = tell
  }

  /** @param events how many the line is about, 0 if it is about something else */
  show(events: number, write: () => void): void {
    if (!this.#isBehind && this.#terminal.isBehind) {
      this.#isBehind = true
      void this.#terminal.caughtUp().then(() => this.tell())
    }
    if (!this.#isBehind) write()
    else {
      this.#events += events
      this.skipped += events
      if (events === 0) this.#others += 1
    }
  }

  /** Says what was not shown since it has said so last. */
  tell(): void {
    const skipped = { events: this.#events, others: this.#others }
    this.#isBehind = false
    this.#events = this.#others = 0
    if (skipped.events + skipped.others > 0) this.#tell(skipped)
  }
}
