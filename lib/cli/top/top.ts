import { setTimeout as delay } from 'node:timers/promises'
import { Observer } from '../observe/observer.js'
import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { printable } from '../text.js'
import { Fleet } from './fleet.js'
import { Screen } from './screen.js'

export interface TopOptions {
  /** How long connecting may take, in ms. */
  readonly timeout: number
  readonly json: boolean
  /** In seconds. */
  readonly interval: number
  readonly once: boolean
}

/**
 * Shows the instances of a fleet, anew every `interval` seconds, until it is interrupted.
 *
 * @returns the exit code
 * @throws SyncError where it can't be connected
 */
export async function top(place: Place, options: TopOptions, terminal: Terminal): Promise<number> {
  const { signal } = terminal
  const screen = new Screen(terminal, !options.once)
  const fleet = new Fleet()
  let missed = 0
  let isAway = false
  const observer = new Observer(place, {
    events: () => {},
    gap: (gap) => {
      missed += gap.missed
    },
    came: () => {},
    went: () => {},
    plain: () => {},
    away: (now) => {
      isAway = now
    },
    error: (error) => terminal.complain(printable(error.message))
  })
  const show = () => {
    if (terminal.isBehind) return // the next one will be newer
    const rows = fleet.look(observer.instances)
    if (options.json)
      terminal.line(JSON.stringify({ time: new Date(), away: isAway, missed, instances: rows }))
    else screen.draw({ place, rows, missed, isAway })
  }
  try {
    await observer.connect({ timeout: options.timeout, signal })
    await observer.join(options.timeout).catch((error) => terminal.complain(printable(error.message)))
    await observer.answers(signal)
    if (options.once) await observer.signOfLife(signal)
    fleet.look(observer.instances)
    // With a rate, from the first on.
    do await delay(options.interval * 1000, undefined, { signal }).then(show)
    while (!options.once)
    return observer.isLockedOut ? 1 : 0
  } catch (error) {
    if (signal.aborted && observer.isConnected) return observer.isLockedOut ? 1 : 0
    throw error
  } finally {
    await observer.close()
  }
}
