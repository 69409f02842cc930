import type { Clock } from '../clock.js'

/** The pause between two NACKs without an answer, in ms: doubling. */
const PAUSE = { first: 150, longest: 2000 }

/** After this many NACKs that an origin received and did not answer, the events are given up. */
const MAX_UNANSWERED = 8

/** The NACKs sent to an origin since the last progress. */
export class Nacks {
  #sent = 0
  #unanswered = 0
  /** When the first was sent. */
  #since = 0

  get arePending(): boolean {
    return this.#sent > 0
  }

  /** Counts one more; returns how long its answer may take, in ms. */
  send(now: number): number {
    if (this.#sent === 0) this.#since = now
    const pause = Math.min(PAUSE.longest, PAUSE.first * 2 ** this.#sent)
    this.#sent += 1
    return pause
  }

  /** The origin is heard, but did not answer the latest one. */
  ignored(): void {
    this.#unanswered += 1
  }

  /** @param patience how long an origin may be heard without receiving anything itself, in ms */
  areHopeless(now: number, patience: number): boolean {
    return this.#unanswered >= MAX_UNANSWERED && now - this.#since >= patience
  }

  /** There was progress, or the events were given up. */
  settle(): void {
    this.#sent = 0
    this.#unanswered = 0
  }
}

/**
 * How long to wait before sending a NACK, so that in a group that misses the same frame only a few send one before the
 * others receive it: the truncated exponential distribution of RFC 5740 (NORM), section 5.3, `RandomBackoff`.
 *
 * @param group how many instances may send one
 * @param unit roughly how long the broker takes to reach all of them, in ms
 */
export function nackDelay(clock: Clock, group: number, unit: number): number {
  const lambda = Math.log(Math.max(2, group)) + 1
  const longest = unit * lambda
  const scale = Math.exp(lambda) - 1
  return (longest / lambda) * Math.log(clock.random() * scale + 1)
}
