import { element } from './dom.js'

/**
 * @typedef {import('./control.js').Health} Health
 * @typedef {import('./control.js').Peer} Peer
 */

/** @param {Health | undefined} health */
export function healthText(health) {
  if (!health) return ''
  const word = health.healthy ? 'Healthy' : 'Unhealthy'
  return health.reason ? `${word}: ${health.reason}` : word
}

/**
 * A row for each of the other instances.
 *
 * @param {Peer[]} peers
 */
export function fleetRows(peers) {
  const sorted = [...peers].sort((one, other) => (one.name ?? '').localeCompare(other.name ?? ''))
  return sorted.map(({ name = '?', host = '?', pid, age, delay, rate }) => {
    const cells = [name, host, `${pid ?? '?'}`, `${Math.round(age / 1000)} s`, `${delay} ms`, `${rate}`]
    return element('tr', '', ...cells.map((cell) => element('td', '', cell)))
  })
}
