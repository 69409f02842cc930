import { find } from './dom.js'
import { milliseconds } from './feed.js'

/**
 * One sentence, for eyes and for screen readers.
 *
 * @param {string} text
 */
export function say(text) {
  find('#latest').textContent = text
}

/** Says which panes the latest action has reached, and when. */
export class Latest {
  /** @type {string | undefined} */
  #stamp
  /** @type {string[]} */
  #arrivals = []

  /**
   * @param {string} pane
   * @param {string} what
   * @param {string | undefined} stamp
   * @param {import('./journeys.js').Arrival | undefined} arrival
   * @param {number} expected how many panes are connected
   */
  arrive(pane, what, stamp, arrival, expected) {
    if (!arrival || (this.#arrivals.length > 0 && this.#isOlder(stamp))) return
    if (stamp !== this.#stamp) this.#arrivals = []
    this.#stamp = stamp
    this.#arrivals.push(`${pane} ${milliseconds(arrival.ms)}`)
    if (this.#arrivals.length < expected) return
    say(`${arrival.from} ${what}: ${this.#arrivals.join(', ')}`)
  }

  /** @param {string | undefined} stamp */
  #isOlder(stamp) {
    return numberOf(stamp) < numberOf(this.#stamp)
  }
}

/** @param {string | undefined} stamp */
function numberOf(stamp) {
  return Number(stamp?.split('.')[2] ?? 0)
}
