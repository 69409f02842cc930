import type { EventEmitter } from 'node:events'
import createDebug from 'debug'
import type { SyncGap } from '../delivery/environment.js'
import type { SyncError, SyncErrorKind } from '../errors.js'

const debug = createDebug('feathers-sync')

/** The longest line printed, in characters. */
const MAX_LINE = 1000

/** Errors that come in numbers while a broker is away. */
const OUTAGE: ReadonlySet<SyncErrorKind> = new Set(['connect', 'timeout', 'publish', 'overflow'])

/**
 * Hands errors to the `sync-error` listeners of the application. Where there are none, one line on standard error: for the
 * first failure of an outage, for its end, and for the first error of each other kind.
 */
export class Reporter {
  readonly #app: EventEmitter
  readonly #printed = new Set<SyncErrorKind>()
  #outage = false
  #hasPrintedGap = false

  /** How many errors there have been. */
  count = 0

  constructor(app: EventEmitter) {
    this.#app = app
  }

  /** Never throws. */
  readonly error = (error: SyncError): void => {
    this.count += 1
    debug('%s: %s', error.kind, error.message)
    if (this.#app.listenerCount('sync-error') > 0) this.emit('sync-error', error)
    else if (OUTAGE.has(error.kind)) this.#printOutage(error)
    else if (!this.#printed.has(error.kind)) {
      this.#printed.add(error.kind)
      print(`${error.message} (further errors of this kind: app.on('sync-error'))`)
    }
  }

  /** Events of another instance were lost. Never throws. */
  readonly gap = (gap: SyncGap): void => {
    const { origin, from, to, missed } = gap
    debug('gap: %d events of %s, %d to %d', missed, origin, from, to)
    if (this.#app.listenerCount('sync-gap') > 0) this.emit('sync-gap', gap)
    else if (!this.#hasPrintedGap) {
      this.#hasPrintedGap = true
      console.error(
        `feathers-sync: ${missed} events of another instance were lost (further ones: app.on('sync-gap'))`
      )
    }
  }

  /** The broker is there. Prints a line where the outage had one. */
  recovered(text: string): void {
    if (this.#outage) print(text)
    this.#outage = false
  }

  /** Emits on the application; a listener that throws is contained. */
  emit(event: 'sync-error' | 'sync-gap' | 'sync-status', value: unknown): void {
    try {
      this.#app.emit(event, value)
    } catch (error) {
      console.error(`feathers-sync: a ${event} listener threw`, error)
    }
  }

  #printOutage(error: SyncError): void {
    if (!this.#outage) print(error.message)
    this.#outage = true
  }
}

/** One line, of bounded length, whatever a message that came in had in it. */
function print(text: string): void {
  console.error(text.slice(0, MAX_LINE).replace(/[\p{Cc}\u2028\u2029]+/gu, ' '))
}
