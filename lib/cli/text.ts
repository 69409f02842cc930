import type { Instance } from './observe/instance.js'

/** What could disturb a terminal: control and format characters, halves of characters, separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** How many characters of an origin tell instances apart. */
const SHORT = 8

/** Text that came from elsewhere, as it may be shown: `\u001b` in place of what would move the cursor. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, at) => code(character.charCodeAt(at))).join('')
  )
}

function code(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

export function short(origin: string): string {
  return origin.slice(0, SHORT)
}

/** `web-1 on host, process 12`, or the beginning of its id. */
export function named({ origin, name, host, pid }: Instance): string {
  const place = [host && printable(host), pid && `process ${pid}`].filter(Boolean).join(', ')
  const who = name ? printable(name) : undefined
  return [short(origin), who, place && `(${place})`].filter(Boolean).join(' ')
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`
}

export function bytes(size: number): string {
  if (size < 1024) return `${size} B`
  const units = ['KiB', 'MiB', 'GiB']
  const power = Math.min(units.length, Math.floor(Math.log2(size) / 10))
  const value = size / 1024 ** power
  return `${Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[power - 1]}`
}

/** `42 s`, `5 min`, `3 h`, `12 days`. */
export function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1).replace('.0', '')} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} days`
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`
}

export function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

/** How many a second. */
export function rate(events: number, seconds: number): string {
  const value = seconds > 0 ? events / seconds : 0
  return value >= 100 ? grouped(Math.round(value)) : value.toFixed(1)
}

/** `HH:MM:SS.mmm`, local. */
export function clockTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`
}

/** Columns as wide as their widest cell; `right`: those that are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (right.includes(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  )
}
