/** Numbers may jump by so many, an outage's events; what jumps further is not believed at once. */
export const MAX_JUMP = 1_000_000

/** An origin that says so often, and for so many ms, what contradicts its numbers is believed: they were forged. */
const CONTRADICTION = { frames: 3, ms: 15_000 }

/**
 * `refused`: not to be taken. `renumbered`: what was known of the origin's numbers was wrong, they are lower. `taken` else.
 */
export type Verdict = 'taken' | 'refused' | 'renumbered'

/**
 * Keeps forged numbers from making an instance deaf. Frames that jump too far are refused, and an origin whose numbers
 * are behind what it is taken for looks like late copies; but if it says nothing else for long, it is right.
 */
export class Doubt {
  #frames = 0
  #since = 0

  /**
   * @param next the number of the origin's next event, as far as known
   * @param last what a frame that was not resent says of its last one
   */
  judge(now: number, next: number, last: number): Verdict {
    const jumps = last - next > MAX_JUMP
    const isBehind = last < next - 1
    if (!jumps && !isBehind) {
      this.#frames = 0
      return 'taken'
    }
    if (this.#frames === 0) this.#since = now
    this.#frames += 1
    const isInsistent = this.#frames >= CONTRADICTION.frames && now - this.#since >= CONTRADICTION.ms
    if (!isInsistent) return jumps ? 'refused' : 'taken'
    // What was asked for after a jump has yet to be answered by frames that jump as far.
    if (jumps) return 'taken'
    this.#frames = 0
    return 'renumbered'
  }
}
