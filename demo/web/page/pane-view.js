import { command } from './control.js'
import { element, find } from './dom.js'
import { fleetRows, healthText } from './fleet.js'

/** @typedef {import('./control.js').InstanceState} InstanceState */

/** What a status of the adapter means for people. */
const STATUS = /** @type {Record<string, string>} */ ({
  ready: 'in sync',
  connecting: 'connecting',
  reconnecting: 'reconnecting',
  closed: 'closed'
})

const COUNTERS = /** @type {const} */ (['sent', 'received', 'resent', 'duplicate', 'waiting', 'missed'])

/** What is on the screen for one instance. */
export class PaneView {
  #root = /** @type {HTMLElement} */ (
    document.importNode(/** @type {HTMLTemplateElement} */ (find('#pane')).content, true).firstElementChild
  )
  #isDead = false

  /**
   * @param {string} name
   * @param {(text: string) => void} onSend
   */
  constructor(name, onSend) {
    this.name = name
    this.board = this.#find('.board')
    this.feed = this.#find('.feed')
    this.input = /** @type {HTMLInputElement} */ (this.#find('.composer input'))
    this.#label()
    this.#onSubmit('.composer', () => {
      const text = this.input.value.trim()
      if (text) onSend(text)
      this.input.value = ''
    })
    this.#onSubmit('.losses', () => this.#lose())
    this.#find('.power').addEventListener('click', () =>
      command(this.#isDead ? 'start' : 'kill', { instance: name })
    )
    find('#panes').append(this.#root)
  }

  /**
   * @param {InstanceState} instance
   * @param {boolean} isConnected
   */
  show({ state, port, pid, report }, isConnected) {
    this.#isDead = state === 'dead'
    this.#root.dataset.state = state
    const sync = STATUS[report?.status ?? 'connecting'] ?? ''
    const text = state === 'running' ? sync : state === 'dead' ? 'dead' : 'starting'
    this.#say('.state', text).dataset.status = text
    this.#find('.hub').hidden = !report?.isHub
    const alive = isConnected
      ? `process ${pid}, port ${port}`
      : `process ${pid}: its client connects when it is in sync`
    this.#say('.process', this.#isDead ? 'No process: the other instances go on.' : alive)
    this.#say('.health', healthText(report?.health))
    this.#showMetrics(isConnected ? port : undefined)
    this.#find('.fleet tbody').replaceChildren(...fleetRows(report?.peers ?? []))
    this.#say('.power', this.#isDead ? 'Restart' : 'Kill').ariaLabel =
      `${this.#isDead ? 'Restart' : 'Kill'} instance ${this.name}`
    this.#say('.to-drop', report?.toDrop ? `${report.toDrop} to drop` : '')
    for (const form of ['.composer', '.losses']) this.#enable(form, isConnected)
    this.#find('.counters').replaceChildren(
      ...COUNTERS.map((name) => {
        const count = report ? String(report.events[name]) : '–'
        return element('div', '', element('dt', '', name), element('dd', '', count))
      })
    )
  }

  /** The demo has ended: nothing can be done here any more. */
  end() {
    this.#root.dataset.state = 'dead'
    this.#say('.state', 'ended').dataset.status = 'dead'
    this.#find('.hub').hidden = true
    this.#say('.process', 'No process.')
    this.#say('.health', '')
    this.#showMetrics(undefined)
    for (const control of this.#root.querySelectorAll('input, button'))
      control.toggleAttribute('disabled', true)
  }

  /** @param {number | undefined} port */
  #showMetrics(port) {
    const link = /** @type {HTMLAnchorElement} */ (this.#find('.metrics'))
    link.hidden = port === undefined
    link.href = `http://${location.hostname}:${port}/metrics`
  }

  #label() {
    const { name } = this
    this.#root.dataset.name = name
    this.#root.ariaLabel = `Instance ${name}`
    this.#say('h2', `Instance ${name}`)
    this.input.ariaLabel = `Message, sent to instance ${name}`
    this.#find('.composer button').ariaLabel = `Send to instance ${name}`
    this.#find('.metrics').ariaLabel = `Metrics of instance ${name} for Prometheus`
    this.board.ariaLabel = `Messages in pane ${name}`
    this.feed.ariaLabel = `Events in pane ${name}`
    this.#find('.losses input').ariaLabel = `How many messages to drop on their way to instance ${name}`
    this.#find('.losses button').ariaLabel = `Drop the next messages on their way to instance ${name}`
  }

  #lose() {
    const count = /** @type {HTMLInputElement} */ (this.#find('.losses input')).valueAsNumber
    const forGood = /** @type {HTMLInputElement} */ (this.#find('.losses [type=checkbox]')).checked
    void command('lose', { instance: this.name, count, forGood })
  }

  /**
   * @param {string} selector
   * @param {() => void} action
   */
  #onSubmit(selector, action) {
    this.#find(selector).addEventListener('submit', (event) => {
      event.preventDefault()
      action()
    })
  }

  /**
   * @param {string} selector
   * @param {boolean} isEnabled
   */
  #enable(selector, isEnabled) {
    for (const control of this.#find(selector).querySelectorAll('input, button'))
      control.toggleAttribute('disabled', !isEnabled)
  }

  /**
   * @param {string} selector
   * @param {string} text
   */
  #say(selector, text) {
    const found = this.#find(selector)
    if (found.textContent !== text) found.textContent = text
    return found
  }

  /** @param {string} selector */
  #find(selector) {
    return find(selector, this.#root)
  }
}
