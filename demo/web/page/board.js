import { button, element } from './dom.js'

/** @typedef {import('./client.js').Message} Message */

/** The messages of one pane, newest first. */
export class Board {
  /** @type {Map<number, { message: Message, item: HTMLElement }>} */
  #entries = new Map()
  /** @type {Set<number>} */
  #removed = new Set()

  /**
   * @param {HTMLElement} list
   * @param {string} pane
   * @param {{ onLike(message: Message): void, onRemove(message: Message): void }} listener
   */
  constructor(list, pane, listener) {
    this.list = list
    this.pane = pane
    this.listener = listener
  }

  /** The ids of the messages that are shown. */
  get ids() {
    return new Set(this.#entries.keys())
  }

  /**
   * There is no order between two instances: what is shown already may be newer.
   *
   * @param {Message} message
   */
  show(message) {
    const former = this.#entries.get(message.id)
    if (this.#removed.has(message.id) || (former && former.message.likes > message.likes)) return
    const item = this.#item(message)
    const focused = former?.item.contains(document.activeElement) ? document.activeElement : undefined
    if (former) former.item.replaceWith(item)
    else this.list.prepend(item)
    this.#entries.set(message.id, { message, item })
    if (focused) /** @type {HTMLElement | null} */ (item.querySelector(`.${focused.className}`))?.focus()
  }

  /** @param {Message} message */
  hide({ id }) {
    const item = this.#entries.get(id)?.item
    if (item?.contains(document.activeElement)) this.#focusAfter(item)
    item?.remove()
    this.#entries.delete(id)
    this.#removed.add(id)
  }

  /**
   * Shows what has been loaded.
   *
   * @param {Message[]} messages
   * @param {Set<number>} before the `ids` when it was requested: others have come since
   * @returns {number} how many messages were added, changed or removed
   */
  load(messages, before) {
    const loaded = new Set(messages.map(({ id }) => id))
    const isGone = (/** @type {number} */ id) => before.has(id) && !loaded.has(id)
    const gone = [...this.#entries.values()].filter(({ message }) => isGone(message.id))
    const changed = messages.filter(({ id, likes }) => this.#entries.get(id)?.message.likes !== likes)
    for (const { message } of gone) this.hide(message)
    for (const message of changed) this.show(message)
    return gone.length + changed.length
  }

  /** @param {HTMLElement} item */
  #focusAfter(item) {
    const next = item.nextElementSibling ?? item.previousElementSibling
    const target = next?.querySelector('.remove') ?? this.list.parentElement?.querySelector('.composer input')
    if (target instanceof HTMLElement) target.focus()
  }

  /** @param {Message} message */
  #item(message) {
    const { text, from, likes } = message
    const like = button(`♥ ${likes}`, `Like “${text}” in pane ${this.pane}, ${likes} likes`, () =>
      this.listener.onLike(message)
    )
    const remove = button('✕', `Remove “${text}” in pane ${this.pane}`, () => this.listener.onRemove(message))
    like.className = 'like'
    remove.className = 'remove'
    const origin = element('span', 'origin', from)
    origin.dataset.origin = from
    return element('li', '', origin, element('span', 'text', text), like, remove)
  }
}
