/** How long a sample is, in ms, and how many are kept: half a minute. */
const LENGTH = 250
const COUNT = 120

/** @typedef {{ count: number, slowest: number | null }} Sample */

/** What arrived in each pane during the last half minute, in samples of a quarter of a second. */
export class Samples {
  /** @type {Map<number, Map<string, Sample>>} */
  #samples = new Map()

  /**
   * @param {string} pane
   * @param {number | undefined} ms the travel time, where it was measured
   */
  add(pane, ms) {
    const at = now()
    const sample = this.#samples.get(at) ?? new Map()
    this.#samples.set(at, sample)
    const { count, slowest } = sample.get(pane) ?? { count: 0, slowest: null }
    sample.set(pane, { count: count + 1, slowest: ms === undefined ? slowest : Math.max(slowest ?? 0, ms) })
  }

  /**
   * The columns of the two plots: seconds before now, then a value for each pane.
   *
   * @param {string[]} panes
   * @returns {{ delays: (number | null)[][], rates: (number | null)[][] }}
   */
  columns(panes) {
    const last = now() - 1 // the present one is not over
    for (const at of this.#samples.keys()) if (at <= last - COUNT) this.#samples.delete(at)
    const times = Array.from({ length: COUNT }, (_, index) => last - COUNT + 1 + index)
    const seconds = times.map((at) => ((at - last) * LENGTH) / 1000)
    const of = (/** @type {(sample: Sample | undefined) => number | null} */ value) =>
      panes.map((pane) => times.map((at) => value(this.#samples.get(at)?.get(pane))))
    return {
      delays: [seconds, ...of((sample) => sample?.slowest ?? null)],
      rates: [seconds, ...of((sample) => ((sample?.count ?? 0) * 1000) / LENGTH)]
    }
  }
}

function now() {
  return Math.floor(performance.now() / LENGTH)
}
