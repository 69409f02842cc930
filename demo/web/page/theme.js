import { find } from './dom.js'

const KEY = 'theme'
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

/**
 * Light or dark: as the system says, or as the button has chosen.
 *
 * @param {() => void} onChange
 */
export function startTheme(onChange) {
  const button = find('#theme')
  const show = () => {
    const chosen = localStorage.getItem(KEY)
    document.documentElement.dataset.theme = chosen ?? (systemIsDark.matches ? 'dark' : 'light')
    button.textContent = isDark() ? 'Light theme' : 'Dark theme'
  }
  const change = () => {
    show()
    onChange()
  }
  button.addEventListener('click', () => {
    localStorage.setItem(KEY, isDark() ? 'light' : 'dark')
    change()
  })
  systemIsDark.addEventListener('change', change)
  show()
}

function isDark() {
  return document.documentElement.dataset.theme === 'dark'
}
