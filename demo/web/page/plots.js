import uPlot from 'uplot'
import { element, find } from './dom.js'

/** How often the plots are drawn, in ms. */
const INTERVAL = 250
const HEIGHT = 170

/** @typedef {import('./samples.js').Samples} Samples */

/** The plots of travel time and rate. */
export class Plots {
  /** @type {uPlot[]} */
  #plots = []

  /**
   * @param {Samples} samples
   * @param {string[]} panes
   */
  constructor(samples, panes) {
    this.samples = samples
    this.panes = panes
    this.restart()
    setInterval(() => this.#draw(), INTERVAL)
    new ResizeObserver(() => this.#fit()).observe(find('.plots'))
  }

  /** Makes the plots anew, in the colors of the theme. */
  restart() {
    for (const plot of this.#plots) plot.destroy()
    const delays = this.#options({ distr: 3, range: decades }, powersOfTen)
    const rates = this.#options({ range: (_, __, max) => [0, Math.max(10, (max ?? 0) * 1.1)] })
    this.#plots = [
      new uPlot(delays, undefined, find('#delay-plot')),
      new uPlot(rates, undefined, find('#rate-plot'))
    ]
    this.#fit()
    this.#draw()
  }

  #draw() {
    if (document.hidden) return
    const { delays, rates } = this.samples.columns(this.panes)
    const [delayPlot, ratePlot] = this.#plots
    delayPlot?.setData(/** @type {uPlot.AlignedData} */ (delays))
    ratePlot?.setData(/** @type {uPlot.AlignedData} */ (rates))
  }

  #fit() {
    for (const plot of this.#plots) {
      const width = plot.root.parentElement?.clientWidth ?? 300
      if (width !== plot.width) plot.setSize({ width, height: HEIGHT })
    }
  }

  /**
   * @param {uPlot.Scale} y
   * @param {uPlot.Axis.Filter} [lines] which values have a line and a label
   * @returns {uPlot.Options}
   */
  #options(y, lines = (_, values) => values) {
    const grid = { stroke: colorOf('--line'), width: 1 }
    const axis = { stroke: colorOf('--muted'), grid, ticks: { show: false } }
    const series = this.panes.map((pane) => {
      const stroke = colorOf(`--${pane.toLowerCase()}`)
      return {
        label: `Instance ${pane}`,
        stroke,
        width: 1.5,
        points: { show: true, size: 5, fill: stroke, filter: alone }
      }
    })
    return {
      width: 300,
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false, range: [-30, 0] }, y },
      axes: [
        { ...axis, size: 30, values: (_, seconds) => seconds.map((value) => (value ? `${value} s` : 'now')) },
        { ...axis, size: 48, filter: lines, grid: { ...grid, filter: lines } }
      ],
      series: [{}, ...series]
    }
  }
}

/**
 * @param {uPlot} _
 * @param {number[]} values
 */
function powersOfTen(_, values) {
  return values.map((value) => (/^(10*|0\.0*1)$/.test(`${value}`) ? value : null))
}

/**
 * Samples without neighbors, which no line shows.
 *
 * @param {uPlot} plot
 * @param {number} series
 */
function alone({ data }, series) {
  const values = data[series] ?? []
  const isSet = (/** @type {number} */ index) => typeof values[index] === 'number'
  return [...values.keys()].filter((index) => isSet(index) && !isSet(index - 1) && !isSet(index + 1))
}

/**
 * Whole powers of ten around the values.
 *
 * @param {uPlot} _
 * @param {number | null} min
 * @param {number | null} max
 * @returns {[number, number]}
 */
function decades(_, min, max) {
  const power = (/** @type {number} */ exponent) => 10 ** exponent
  return [power(Math.floor(Math.log10(min ?? 1))), power(Math.max(2, Math.ceil(Math.log10(max ?? 1))))]
}

/**
 * A color of the theme as a canvas takes it.
 *
 * @param {string} name
 */
function colorOf(name) {
  const probe = element('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
