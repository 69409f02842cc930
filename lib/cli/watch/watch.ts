import type { Instance } from '../observe/instance.js'
import { Observer } from '../observe/observer.js'
import type { Place } from '../place.js'
import type { Terminal } from '../terminal.js'
import { eventsIn, plainEvent, type SeenEvent, serializerOf, type Unreadable } from './events.js'
import { Pace } from './pace.js'
import { Tally } from './tally.js'
import { JsonWriter, type Source, TextWriter } from './writer.js'

export interface WatchOptions {
  /** How long connecting may take, in ms. */
  readonly timeout: number
  readonly json: boolean
  /** Only these; all if empty. */
  readonly path: readonly string[]
  readonly event: readonly string[]
  readonly data: boolean
  readonly serializer: string
  /** Rates in place of the events, every so many seconds. */
  readonly rates?: number
  /** Ends after so many events, or seconds. */
  readonly count?: number
  readonly for?: number
}

/**
 * Shows the events of a fleet as they are sent, until it is interrupted.
 *
 * @returns the exit code
 * @throws SyncError where it can't be connected
 */
export async function watch(place: Place, options: WatchOptions, terminal: Terminal): Promise<number> {
  const writer = new (options.json ? JsonWriter : TextWriter)(terminal, options.data)
  const pace = new Pace(terminal, (skipped) => writer.skipped(skipped))
  const serializer = await serializerOf(options.serializer)
  const end = new AbortController()
  const all = new Tally()
  const lately = new Tally()
  let isHere = false // until then, who comes was there before, and events wait for what is told about them

  const held: [SeenEvent | Unreadable, Source][] = []

  const take = (found: SeenEvent | Unreadable, source: Source) => {
    if (end.signal.aborted) return
    if (!isHere) {
      held.push([found, source])
      return
    }
    if ('reason' in found) {
      pace.show(found.events, () => writer.unreadable(found, source))
      return
    }
    if (!isWanted(found, options)) return
    for (const tally of [all, lately]) tally.add(`${found.path} ${found.event}`)
    if (options.rates === undefined) pace.show(1, () => writer.event(found, source))
    if (all.total === options.count) end.abort()
  }
  const observer = new Observer(place, {
    events: ({ origin }, payload, first, count) => {
      const found = eventsIn(serializer, payload, count)
      const time = new Date()
      if (!Array.isArray(found)) take(found, { time, origin, sequence: first })
      else for (const [at, event] of found.entries()) take(event, { time, origin, sequence: first + at })
    },
    plain: (bytes) => take(plainEvent(serializer, bytes), { time: new Date() }),
    gap: (gap) => {
      for (const tally of [all, lately]) tally.missed += gap.missed
      pace.show(0, () => writer.gap(gap))
    },
    came: (instance: Instance) => {
      if (isHere) pace.show(0, () => writer.came(instance))
    },
    went: (instance, how) => pace.show(0, () => writer.went(instance, how)),
    away: (isAway) => pace.show(0, () => writer.away(isAway)),
    error: (error) => pace.show(0, () => writer.error(error))
  })
  const ended = AbortSignal.any([terminal.signal, end.signal])
  try {
    await observer.connect({ timeout: options.timeout, signal: terminal.signal })
    for (const tally of [all, lately]) tally.start()
    // Who may not publish may watch all the same.
    await observer.join(options.timeout).catch((error) => writer.error(error))
    await observer.answers(terminal.signal)
    writer.begin(place, observer.instances)
    isHere = true
    for (const [found, source] of held.splice(0)) take(found, source)
    const timers = [
      // Before the other one, which may be due at the same time.
      options.rates !== undefined &&
        setInterval(() => {
          pace.show(0, () => writer.rates(lately))
          lately.reset()
        }, options.rates * 1000),
      options.for !== undefined && setTimeout(() => end.abort(), options.for * 1000)
    ]
    await aborted(ended)
    for (const timer of timers) if (timer) clearTimeout(timer)
    pace.tell()
    writer.summary(all, observer.instances.length, pace.skipped)
    return observer.isLockedOut ? 1 : 0
  } finally {
    await observer.close()
  }
}

function isWanted({ path, event }: SeenEvent, options: WatchOptions): boolean {
  return fits(path, options.path) && fits(event, options.event)
}

function fits(name: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.includes(name)
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
