import { Board } from './board.js'
import { Client } from './client.js'
import { Feed, milliseconds } from './feed.js'
import { PaneView } from './pane-view.js'

/**
 * @typedef {import('./client.js').Message} Message
 * @typedef {import('./control.js').InstanceState} InstanceState
 * @typedef {import('./control.js').Note} Note
 * @typedef {import('./journeys.js').Arrival} Arrival
 */

/** One instance of the application: a client of it, and what that client sees. */
export class Pane {
  /** @type {InstanceState | undefined} */
  #instance
  #wasConnected = false
  /** @type {number | undefined} */
  #awaySince

  /**
   * @param {string} name
   * @param {import('./journeys.js').Journeys} journeys
   * @param {(pane: string, what: string | undefined, stamp: string | undefined, arrival: Arrival | undefined) => void} onArrival
   *   called with each event; without `what` for one of load
   */
  constructor(name, journeys, onArrival) {
    this.name = name
    this.journeys = journeys
    this.onArrival = onArrival
    this.view = new PaneView(name, (text) => this.#act('create', { text }))
    this.feed = new Feed(this.view.feed)
    this.board = new Board(this.view.board, name, {
      onLike: ({ id }) => this.#act('patch', id, {}),
      onRemove: ({ id }) => this.#act('remove', id)
    })
    this.client = new Client({
      onConnect: () => this.#onConnect(),
      onDisconnect: () => this.#show(),
      onMessage: (event, message) => this.#onMessage(event, message),
      onTick: (stamp) => this.#onTick(stamp)
    })
  }

  get isConnected() {
    return this.client.isConnected
  }

  /** @param {InstanceState} instance */
  update(instance) {
    const wasRunning = this.#instance?.state === 'running'
    this.#instance = instance
    if (instance.state === 'running') this.client.connect(instance.port)
    if (wasRunning && instance.state === 'dead') this.feed.say('the instance was killed')
    if (wasRunning) this.#noteStatus(instance.report?.status)
    this.#show()
  }

  /** The demo has ended, with all instances. */
  end() {
    this.#instance = undefined
    this.view.end()
  }

  /** @param {Note} note */
  note(note) {
    if (note.kind === 'dropped') this.feed.drop(note.stamps)
    else if (note.kind === 'error') this.feed.say(note.text.replace(/^feathers-sync: /, ''))
    else {
      this.feed.gap(note.missed)
      void this.#load()
    }
  }

  /** Makes an event for load. */
  tick() {
    if (this.isConnected) this.client.tick(this.#start())
  }

  /** @param {string | undefined} status */
  #noteStatus(status) {
    const now = performance.now()
    if (status === 'ready' && this.#awaySince !== undefined)
      this.feed.say(`in sync again after ${milliseconds(now - this.#awaySince)}`)
    this.#awaySince = status === 'reconnecting' ? (this.#awaySince ?? now) : undefined
  }

  #start() {
    return this.journeys.start(this.name, this.#instance?.report?.status !== 'ready')
  }

  /**
   * @param {'create' | 'patch' | 'remove'} method
   * @param {...unknown} args
   */
  async #act(method, ...args) {
    try {
      await this.client.call(method, ...args, { stamp: this.#start() })
    } catch (error) {
      this.feed.say(`could not ${method}: ${/** @type {Error} */ (error).message}`)
    }
  }

  async #onConnect() {
    this.#show()
    const changes = await this.#load()
    if (this.#wasConnected) this.feed.say(`connected again, changes loaded: ${changes ?? 0}`)
    this.#wasConnected = true
  }

  /** What a client does that may have missed something: it loads the data again. */
  async #load() {
    const before = this.board.ids
    try {
      return this.board.load(/** @type {Message[]} */ (await this.client.call('find', {})), before)
    } catch {
      return undefined // disconnected: it loads when it is connected again
    }
  }

  /**
   * @param {import('./client.js').EventName} event
   * @param {Message} message
   */
  #onMessage(event, message) {
    if (event === 'removed') this.board.hide(message)
    else this.board.show(message)
    const what = `${event} “${message.text}”`
    const arrival = this.journeys.arrive(message.stamp, this.name)
    this.feed.arrive(what, message.stamp, arrival)
    this.onArrival(this.name, what, message.stamp, arrival)
  }

  /** @param {string} stamp */
  #onTick(stamp) {
    const arrival = this.journeys.arrive(stamp, this.name)
    this.feed.arriveUnseen(stamp, arrival)
    this.onArrival(this.name, undefined, stamp, arrival)
  }

  #show() {
    if (this.#instance) this.view.show(this.#instance, this.isConnected)
  }
}
