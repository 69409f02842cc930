/**
 * The one element that a selector finds.
 *
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export function find(selector, root = document) {
  const element = root.querySelector(selector)
  if (!element) throw new Error(`there is no ${selector} in the page`)
  return /** @type {HTMLElement} */ (element)
}

/**
 * A new element with a class and some content. Text is never read as HTML.
 *
 * @param {string} tag
 * @param {string} [className]
 * @param {...(Node | string)} content
 */
export function element(tag, className = '', ...content) {
  const made = document.createElement(tag)
  made.className = className
  made.append(...content)
  return made
}

/**
 * A button with a name for those who don't see where it is.
 *
 * @param {string} text
 * @param {string} name
 * @param {() => void} onClick
 */
export function button(text, name, onClick) {
  const made = /** @type {HTMLButtonElement} */ (element('button', '', text))
  made.type = 'button'
  made.ariaLabel = name
  made.addEventListener('click', onClick)
  return made
}
