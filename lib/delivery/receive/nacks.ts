/** The pause between two questions that brought nothing, in ms: doubling. */
const PAUSE = { first: 150, longest: 2000 }

/** After so many questions that an origin heard and did not answer, the events are given up. */
const MAX_UNANSWERED = 8

/** What an origin has been asked since something came of it. */
export class Questions {
  #asked = 0
  #unanswered = 0
  /** When the first was asked. */
  #since = 0

  get arePending(): boolean {
    return this.#asked > 0
  }

  /** Counts one more; returns how long its answer may take, in ms. */
  ask(now: number): number {
    if (this.#asked === 0) this.#since = now
    const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** this.#asked)
    this.#asked += 1
    return pause
  }

  /** The origin has heard the latest one, and did not answer. */
  ignored(): void {
    this.#unanswered += 1
  }

  /** @param patience how long an origin that is heard may hear nothing itself, in ms */
  areHopeless(now: number, patience: number): boolean {
    return this.#unanswered >= MAX_UNANSWERED && now - this.#since >= patience
  }

  /** Something came of them, or nothing will. */
  settle(): void {
    this.#asked = 0
    this.#unanswered = 0
  }
}
