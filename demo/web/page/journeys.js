/**
 * Follows each action from the moment it leaves the page to the arrivals of its event, by the clock of the page.
 *
 * @typedef {{ ms: number, behind: number | undefined, from: string, waited: boolean }} Arrival
 *   `behind`: how many ms later than in the pane where the action was made; undefined if it has not arrived there
 */
export class Journeys {
  /** Other pages have other stamps: what they do arrives here, but was not measured. */
  #page = Math.random().toString(36).slice(2, 8)
  #last = 0
  /** @type {Map<string, { from: string, at: number, home: number | undefined, waited: boolean }>} */
  #underWay = new Map()

  /**
   * An action leaves the page.
   *
   * @param {string} from the pane
   * @param {boolean} waited its instance is not connected to the others
   * @returns {string} the stamp by which its event is recognized
   */
  start(from, waited) {
    const stamp = `${from}.${this.#page}.${++this.#last}`
    this.#underWay.set(stamp, { from, at: performance.now(), home: undefined, waited })
    if (this.#underWay.size > 20_000) this.#underWay.delete(this.#underWay.keys().next().value ?? '')
    return stamp
  }

  /**
   * Its event arrives in a pane.
   *
   * @param {string | undefined} stamp
   * @param {string} pane
   * @returns {Arrival | undefined} undefined for an action of another page
   */
  arrive(stamp, pane) {
    const journey = this.#underWay.get(stamp ?? '')
    if (!journey) return undefined
    const { from, at, waited } = journey
    const ms = performance.now() - at
    if (pane === from) journey.home = ms
    const behind = journey.home === undefined || pane === from ? undefined : ms - journey.home
    return { ms, behind, from, waited: waited && pane !== from }
  }
}
