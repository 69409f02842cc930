import type { DropReason } from '../delivery/environment.js'

const LONGEST = 500

/** A span of time for people. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** `, 3 events wait`, or nothing. */
export function enumerated(count: number, one: string, several: string): string {
  if (count <= 0) return ''
  return count === 1 ? `, 1 event ${one}` : `, ${count} events ${several}`
}

/** The message of an error as a part of a sentence: on one line, of bounded length, whatever a broker has answered. */
export function plain(message: string): string {
  const line = message.replace(/^feathers-sync: /, '').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line
}

/** The same in parentheses, at the end of a sentence. */
export function more(message: string): string {
  return message && ` (${plain(message)})`
}

/** Those by which nothing of another instance can be read. */
const OF_OTHERS: readonly DropReason[] = ['unsealed', 'sealed', 'foreign', 'outdated']

/** `and 12 messages were dropped unread (foreign): are ...`, or `undefined` where none was. */
export function unreadText(dropped: Readonly<Record<DropReason, number>>): string | undefined {
  const found = OF_OTHERS.filter((reason) => dropped[reason] > 0)
  if (found.length === 0) return undefined
  const total = found.reduce((sum, reason) => sum + dropped[reason], 0)
  const what = total === 1 ? '1 message was' : `${total} messages were`
  return `and ${what} dropped unread (${found.join(', ')}): are \`secret\` and clock those of the others?`
}
