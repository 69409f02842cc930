import { inspect } from 'node:util'
import type { SyncGap } from '../../delivery/environment.js'
import { reason, type SyncError } from '../../errors.js'
import type { Instance } from '../observe/instance.js'
import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { bytes, clockTime, count, duration, grouped, named, printable, rate, short } from '../text.js'
import type { SeenEvent, Unreadable } from './events.js'
import type { Skipped } from './pace.js'
import type { Tally } from './tally.js'

/** When an event came, and where from, which is not known of a message without a frame. */
export interface Source {
  readonly time: Date
  readonly origin?: string
  readonly sequence?: number
}

/** Writes what was seen: a line each, for people. */
export interface Writer {
  event(event: SeenEvent, source: Source): void
  unreadable(what: Unreadable, source: Source): void
  gap(gap: SyncGap): void
  /** What follows is of this place; these are there already. */
  begin(place: Place, instances: readonly Instance[]): void
  came(instance: Instance): void
  went(instance: Instance, how: 'left' | 'silent'): void
  away(isAway: boolean): void
  error(error: SyncError): void
  rates(tally: Tally): void
  /** Between the lines before and those that follow. */
  skipped(what: Skipped): void
  /** @param skipped how many of the events were not shown */
  summary(tally: Tally, instances: number, skipped: number): void
}

export class TextWriter implements Writer {
  constructor(
    private readonly terminal: Terminal,
    private readonly showsData: boolean
  ) {}

  event({ path, event, id, data, size }: SeenEvent, source: Source): void {
    const { bold, cyan, dim } = this.terminal.colors
    const name = `${bold(printable(path))} ${cyan(printable(event))}`
    const who = id === undefined ? '' : ` ${printable(String(id))}`
    this.#line(source, `${name}${who} ${dim(bytes(size))}${this.showsData ? ` ${json(data)}` : ''}`)
  }

  unreadable({ reason: why, events, size }: Unreadable, source: Source): void {
    const text = `${count(events, 'event')} of ${bytes(size)} can't be deserialized: another --serializer? (${printable(reason(why))})`
    this.#line(source, this.terminal.colors.red(text))
  }

  gap({ origin, from, to, missed }: SyncGap): void {
    this.#line(
      { time: new Date(), origin },
      this.terminal.colors.red(`gap: ${count(missed, 'event')} missed here, ${from} to ${to}`)
    )
  }

  begin({ key }: Place, instances: readonly Instance[]): void {
    if (instances.length === 0) this.#notice('=', `no instance is here with the key ${printable(key)}`)
    for (const instance of instances) {
      const { version, age, last } = instance
      const what = [`up for ${duration(age)}`, `${count(last, 'event')} so far`]
      if (version) what.push(`version ${printable(version)}`)
      this.#notice('=', `${named(instance)} is here, ${what.join(', ')}`)
    }
  }

  came(instance: Instance): void {
    this.#notice('+', `${named(instance)} came`)
  }

  went(instance: Instance, how: 'left' | 'silent'): void {
    this.#notice(
      '-',
      `${named(instance)} ${how === 'left' ? 'left' : `is silent since ${duration(instance.heard)}`}`
    )
  }

  away(isAway: boolean): void {
    this.#notice('!', isAway ? 'the broker is away' : 'the broker is back')
  }

  error({ message }: SyncError): void {
    this.terminal.complain(printable(message))
  }

  rates(tally: Tally): void {
    const rows = tally.rows.map(([what, events]) => `${printable(what)} ${rate(events, tally.seconds)}/s`)
    const missed = tally.missed > 0 ? [`missed ${grouped(tally.missed)}`] : []
    this.#notice('~', [`all ${rate(tally.total, tally.seconds)}/s`, ...rows, ...missed].join('  '))
  }

  skipped({ events, others }: Skipped): void {
    const what = [events > 0 && count(events, 'event'), others > 0 && count(others, 'other line')]
    this.#notice('!', `${what.filter(Boolean).join(' and ')} not shown: the reader of this is too slow`)
  }

  summary(tally: Tally, instances: number, skipped: number): void {
    const { total, seconds, missed } = tally
    const numbers = [
      `${count(total, 'event')} in ${duration(seconds * 1000)} (${rate(total, seconds)}/s)`,
      count(instances, 'instance'),
      `${grouped(missed)} missed here`,
      ...(skipped > 0 ? [`${grouped(skipped)} not shown`] : [])
    ]
    this.terminal.line(`\n${numbers.join(', ')}`)
    for (const [what, events] of tally.rows) this.terminal.line(`  ${printable(what)}  ${grouped(events)}`)
  }

  #notice(sign: string, text: string): void {
    this.terminal.line(this.terminal.colors.dim(`${clockTime(new Date())} ${sign} ${text}`))
  }

  #line({ time, origin }: Source, text: string): void {
    const { dim } = this.terminal.colors
    this.terminal.line(`${dim(clockTime(time))} ${dim(origin ? short(origin) : '-'.repeat(8))} ${text}`)
  }
}

/** The same for programs: a JSON document a line. */
export class JsonWriter implements Writer {
  constructor(
    private readonly terminal: Terminal,
    private readonly showsData: boolean
  ) {}

  event({ path, event, id, data, size }: SeenEvent, source: Source): void {
    this.#write('event', { ...source, path, event, id, size, ...(this.showsData && { data }) })
  }

  unreadable({ reason: why, events, size }: Unreadable, source: Source): void {
    this.#write('unreadable', { ...source, events, size, reason: reason(why) })
  }

  gap(gap: SyncGap): void {
    this.#write('gap', gap)
  }

  begin({ uri, key }: Place, instances: readonly Instance[]): void {
    this.#write('watching', { uri, key, instances })
  }

  came(instance: Instance): void {
    this.#write('came', instance)
  }

  went(instance: Instance, how: 'left' | 'silent'): void {
    this.#write('went', { ...instance, how })
  }

  away(isAway: boolean): void {
    this.#write(isAway ? 'away' : 'back', {})
  }

  error({ kind, message }: SyncError): void {
    this.#write('error', { kind, message })
  }

  rates(tally: Tally): void {
    this.#write('rates', numbers(tally))
  }

  skipped(what: Skipped): void {
    this.#write('skipped', what)
  }

  summary(tally: Tally, instances: number, skipped: number): void {
    this.#write('summary', { ...numbers(tally), instances, skipped })
  }

  #write(type: string, fields: object): void {
    this.terminal.line(json({ type, time: new Date().toISOString(), ...fields }))
  }
}

function numbers({ total, seconds, missed, rows }: Tally): object {
  return { events: total, seconds: Math.round(seconds * 10) / 10, missed, byEvent: Object.fromEntries(rows) }
}

/** On one line. What JSON leaves as it is may still disturb a terminal; msgpack has values that JSON has not. */
function json(value: unknown): string {
  try {
    return printable(JSON.stringify(value, asJson) ?? 'null')
  } catch {
    return JSON.stringify(printable(inspect(value, { breakLength: Number.POSITIVE_INFINITY }))) // a circle
  }
}

function asJson(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map) return Object.fromEntries(value)
  return value instanceof Set ? [...value] : value
}
