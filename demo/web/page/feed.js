import { element } from './dom.js'

/** @typedef {import('./journeys.js').Arrival} Arrival */

const LENGTH = 40

/** What has happened in one pane, newest first. */
export class Feed {
  /**
   * Events that were dropped on their way here, and have not come since.
   *
   * @type {Set<string>}
   */
  #dropped = new Set()

  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list
  }

  /**
   * An event arrives.
   *
   * @param {string} text
   * @param {string | undefined} stamp
   * @param {Arrival | undefined} arrival
   */
  arrive(text, stamp, arrival) {
    const marks = []
    if (this.#settle(stamp)) marks.push('recovered')
    else if (arrival?.waited) marks.push('waited')
    this.#add(text, marks, arrival)
  }

  /**
   * Events of load arrive without an entry, unless they were dropped before.
   *
   * @param {string} stamp
   * @param {Arrival | undefined} arrival
   */
  arriveUnseen(stamp, arrival) {
    if (this.#settle(stamp)) this.#add('load', ['recovered'], arrival)
  }

  /**
   * A message is dropped, which contained these events.
   *
   * @param {string[]} stamps
   */
  drop(stamps) {
    const events = stamps.length === 1 ? 'an event' : `${stamps.length} events`
    this.#add(`a message with ${events} of ${stamps[0]?.[0]}`, ['dropped'])
    for (const stamp of stamps) this.#dropped.add(stamp)
  }

  /** @param {number} missed */
  gap(missed) {
    this.#dropped.clear()
    this.#add(gapText(missed), ['gap'])
  }

  /** @param {string} text */
  say(text) {
    this.#add(text, [])
  }

  /** @param {string | undefined} stamp */
  #settle(stamp) {
    return this.#dropped.delete(stamp ?? '')
  }

  /**
   * @param {string} text
   * @param {string[]} marks
   * @param {Arrival} [arrival]
   */
  #add(text, marks, arrival) {
    const item = element('li', marks.join(' '), element('span', 'what', text))
    for (const mark of marks) item.append(element('span', `mark ${mark}`, mark))
    if (arrival) item.append(element('span', 'ms', ...times(arrival)))
    this.list.prepend(item)
    while (this.list.children.length > LENGTH) this.list.lastElementChild?.remove()
  }
}

/** @param {number} missed */
export function gapText(missed) {
  return `${missed} ${missed === 1 ? 'event' : 'events'} can’t be recovered: loading again`
}

/** @param {Arrival} arrival */
function times({ ms, behind }) {
  if (behind === undefined) return [milliseconds(ms)]
  return [
    milliseconds(ms),
    ' ',
    element('span', 'behind', `${behind < 0 ? '−' : '+'}${round(Math.abs(behind))}`)
  ]
}

/** @param {number} ms */
export function milliseconds(ms) {
  return `${round(ms)} ms`
}

/** @param {number} ms */
function round(ms) {
  return ms < 100 ? ms.toFixed(1) : ms.toFixed(0)
}
