import { find } from './dom.js'

/** @typedef {import('./pane.js').Pane} Pane */

/** How often events are made, in ms. */
const INTERVAL = 50

/**
 * Makes events at the rate of the slider, in each pane in turn.
 *
 * @param {Pane[]} panes
 */
export function startLoad(panes) {
  const slider = /** @type {HTMLInputElement} */ (find('#rate'))
  let [due, last, turn] = [0, performance.now(), 0]
  slider.addEventListener('input', () => {
    find('#rate-value').textContent = slider.value
  })
  setInterval(() => {
    const now = performance.now()
    const rate = slider.valueAsNumber
    // A page in the background has few turns: it does not make up for what it has missed.
    due += (rate * Math.min(now - last, 4 * INTERVAL)) / 1000
    last = now
    const connected = panes.filter(({ isConnected }) => isConnected)
    for (; due >= 1; due -= 1) connected[turn++ % connected.length]?.tick()
  }, INTERVAL)
}
