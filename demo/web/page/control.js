/** The connection to the process that has started the instances. */
import { say } from './latest.js'

/**
 * @typedef {{ sent: number, resent: number, received: number, duplicate: number, missed: number, waiting: number }} Counters
 * @typedef {{ healthy: boolean, reason?: string }} Health
 * @typedef {{ name?: string, host?: string, pid?: number, age: number, delay: number, rate: number }} Peer
 * @typedef {{ status: string, isHub: boolean, toDrop: number, events: Counters, health: Health, peers: Peer[] }} Report
 * @typedef {{ name: string, state: 'starting' | 'running' | 'dead', port: number, pid?: number, report?: Report }} InstanceState
 * @typedef {{ uri: string, broker?: { name: string, state: 'running' | 'stopped' }, instances: InstanceState[] }} State
 * @typedef {{ instance: string, kind: 'dropped', stamps: string[] }
 *   | { instance: string, kind: 'gap', missed: number }
 *   | { instance: string, kind: 'error', text: string }} Note
 */

/**
 * The browser connects again by itself where the demo is started anew on the same port: with other instances, and an empty database.
 *
 * @param {{ onState(state: State): void, onNote(note: Note): void, onEnd(): void }} listener
 */
export function listen({ onState, onNote, onEnd }) {
  const events = new EventSource('/events')
  events.addEventListener('state', ({ data }) => onState(JSON.parse(data)))
  events.addEventListener('note', ({ data }) => onNote(JSON.parse(data)))
  events.addEventListener('error', () => {
    events.addEventListener('open', () => location.reload())
    onEnd()
  })
}

/**
 * Says so where it fails.
 *
 * @param {'kill' | 'start' | 'lose' | 'stop-broker' | 'start-broker'} name
 * @param {object} [parameters]
 */
export async function command(name, parameters = {}) {
  try {
    const response = await fetch(`/${name}`, { method: 'POST', body: JSON.stringify(parameters) })
    if (!response.ok) throw new Error(await response.text())
  } catch (error) {
    say(`Could not ${name.replace('-', ' the ')}: ${/** @type {Error} */ (error).message}`)
  }
}
