/** How far a sequence may jump, such as after an outage; frames that jump further are not accepted at once. */
export const MAX_JUMP = 1_000_000

/** An origin that contradicts its known sequence in so many frames and for so many ms is right: the known one was forged. */
const CONTRADICTION = { frames: 3, ms: 15_000 }

/** `refused`: to be dropped. `reset`: the known sequence was wrong, the origin's is lower. Otherwise `accepted`. */
export type Verdict = 'accepted' | 'refused' | 'reset'

/**
 * Keeps forged sequence numbers from making an instance deaf to an origin. Frames that jump too far are refused, and frames
 * behind the known sequence look like late duplicates; but an origin that sends nothing else for long is right.
 */
export class PlausibilityCheck {
  #frames = 0
  #since = 0

  /**
   * @param next the sequence number of the origin's next event, as far as known
   * @param last the last sequence number in a frame that is not a retransmission
   */
  judge(now: number, next: number, last: number): Verdict {
    const jumps = last - next > MAX_JUMP
    const isBehind = last < next - 1
    if (!jumps && !isBehind) {
      this.#frames = 0
      return 'accepted'
    }
    if (this.#frames === 0) this.#since = now
    this.#frames += 1
    const isInsistent = this.#frames >= CONTRADICTION.frames && now - this.#since >= CONTRADICTION.ms
    if (!isInsistent) return jumps ? 'refused' : 'accepted'
    // The answers to the NACKs after a jump are frames that jump as far.
    if (jumps) return 'accepted'
    this.#frames = 0
    return 'reset'
  }
}
