import type { EventEmitter } from 'node:events'
import createDebug from 'debug'
import type { SyncStatus } from '../adapters/sync-adapter.js'
import type { SyncGap } from '../delivery/environment.js'
import { SyncError, type SyncErrorKind } from '../errors.js'
import { emitTo } from '../feathers/emit.js'
import { publishDiagnostic } from './diagnostics.js'
import { Repeats } from './repeats.js'

const debug = createDebug('feathers-sync')

/** The longest line printed, in characters. */
const MAX_LINE = 1000

/** How long a connection has to last, in ms, before an outage counts as over: what is lost before belongs to it. */
const STABLE = 2000

/** Errors that begin an outage, and those that are a part of it while it lasts. */
const OUTAGE: ReadonlySet<SyncErrorKind> = new Set(['connect', 'timeout'])
const CONSEQUENCE: ReadonlySet<SyncErrorKind> = new Set(['publish', 'overflow'])

const NONE: Readonly<Record<SyncErrorKind, number>> = {
  driver: 0,
  auth: 0,
  options: 0,
  connect: 0,
  timeout: 0,
  publish: 0,
  'too-large': 0,
  overflow: 0,
  serialize: 0,
  deserialize: 0,
  frame: 0,
  secret: 0,
  unknown: 0,
  listener: 0,
  filter: 0,
  closed: 0
}

/**
 * Passes errors to the `sync-error` listeners of the application. Where there are none, it prints one line on standard error: for
 * the beginning of an outage, for its end, and for the first error of each other kind; of kind `secret`, which comes once for each reason, for each.
 */
export class Reporter {
  readonly #app: EventEmitter
  /** How a reader of the lines may listen. */
  readonly #name: string
  readonly #repeats = new Repeats()
  /** The kinds of which a line was printed; of `secret` the texts. */
  readonly #printed = new Set<string>()
  #outage = false
  #ending: NodeJS.Timeout | undefined
  #hasPrintedGap = false

  /** How many errors there have been. */
  count = 0
  readonly countByKind: Record<SyncErrorKind, number> = { ...NONE }

  /** @param app an application, or what stands for it, which code calls `name` */
  constructor(app: EventEmitter, name = 'app') {
    this.#app = app
    this.#name = name
  }

  /** Never throws. */
  readonly error = (error: SyncError): void => {
    this.count += 1
    // An adapter in plain JavaScript may have made up a kind.
    if (Object.hasOwn(this.countByKind, error.kind)) this.countByKind[error.kind] += 1
    debug('%s: %s', error.kind, error.message)
    this.#publish('error', error)
    if (OUTAGE.has(error.kind)) this.#continueOutage()
    if (this.#app.listenerCount('sync-error') === 0) this.#print(error)
    else {
      const suppressed = this.#repeats.note(`${error.kind} ${error.message}`, performance.now())
      if (suppressed !== undefined) this.emit('sync-error', withCount(error, suppressed))
    }
  }

  /** Events of another instance were lost. Never throws. */
  readonly gap = (gap: SyncGap): void => {
    const { origin, from, to, missed } = gap
    debug('gap: %d events of %s, %d to %d', missed, origin, from, to)
    this.#publish('gap', gap)
    if (this.#app.listenerCount('sync-gap') > 0) this.emit('sync-gap', gap)
    else if (!this.#hasPrintedGap) {
      this.#hasPrintedGap = true
      const what =
        missed === 1
          ? '1 event of another instance was lost'
          : `${missed} events of another instance were lost`
      console.error(`feathers-sync: ${what} (further ones: ${this.#name}.on('sync-gap'))`)
    }
  }

  /** The connection is there again. Prints a line for the end of the outage, if it lasts and the outage had one. */
  recovered(text: string): void {
    this.#continueOutage()
    if (!this.#outage && this.#repeats.isEmpty) return
    this.#ending = setTimeout(() => {
      this.#repeats.clear()
      if (this.#outage) print(text)
      this.#outage = false
    }, STABLE).unref()
  }

  /** The connection was closed on purpose. */
  closed(): void {
    this.#continueOutage()
    this.#outage = false
  }

  /** Never throws. */
  status(status: SyncStatus): void {
    this.#publish('status', status)
    this.emit('sync-status', status)
  }

  /** Emits on the application; a listener that throws or rejects is contained. */
  emit(event: 'sync-error' | 'sync-gap' | 'sync-status', value: unknown): void {
    const onFailure = (error: unknown) => console.error(`feathers-sync: a ${event} listener threw`, error)
    try {
      emitTo(this.#app, this.#app.emit, event, [value], onFailure)
    } catch (error) {
      onFailure(error)
    }
  }

  /** The channels tell of applications. */
  #publish(name: 'error' | 'gap' | 'status', value: unknown): void {
    if (this.#name === 'app') publishDiagnostic(name, this.#app, value)
  }

  #continueOutage(): void {
    clearTimeout(this.#ending)
    this.#ending = undefined
  }

  #print(error: SyncError): void {
    const { kind, message } = error
    const what = kind === 'secret' ? message : kind
    if (OUTAGE.has(kind)) {
      if (!this.#outage) print(message)
      this.#outage = true
    } else if (!(this.#outage && CONSEQUENCE.has(kind)) && !this.#printed.has(what)) {
      this.#printed.add(what)
      print(`${message} (further errors of this kind: ${this.#name}.on('sync-error'))`)
    }
  }
}

function withCount(error: SyncError, count: number): SyncError {
  if (count === 0) return error
  const { kind, message, cause } = error
  return new SyncError(kind, `${message} (and ${count} more since the last report)`, cause)
}

/** One line, of bounded length, whatever a received message contains. */
function print(text: string): void {
  console.error(text.slice(0, MAX_LINE).replace(/[\p{Cc}\u2028\u2029]+/gu, ' '))
}
