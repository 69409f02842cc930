import { SyncError } from '../errors.js'
import { atOnce, isPromise } from './at-once.js'
import type { SyncMessage } from './message.js'
import { type TraceContext, traceContextOf } from './trace.js'

/**
 * Has traces go on in other instances: see `app.sync.instrument`. What it throws is reported as a `sync-error` of kind `listener`;
 * each event is sent and delivered once, whatever it does.
 */
export interface Instrumentation {
  /**
   * Called for an event that is about to be sent, and once for all events of a bulk call.
   *
   * @param message the event, or the first one of the bulk call; not to be changed
   * @param context the live hook context, or what else the event was emitted with
   * @returns what travels with the event, or with all of the bulk call, as `message.trace`; undefined: nothing
   */
  send(message: SyncMessage, context: unknown): TraceContext | undefined
  /**
   * Called in place of the delivery of an event of another instance, if it has a `trace` and there are listeners for it.
   *
   * @param run delivers the event to its listeners, synchronously, on the first call. It throws what a listener throws, and returns
   *   a promise if there are async listeners: it settles when all have, and rejects with what the first of them rejects with. All of that
   *   has been reported, so it may be ignored
   */
  deliver(message: SyncMessage, run: () => Promise<void> | undefined): void | Promise<void>
}

/** Calls an instrumentation, and contains what it does wrong. */
export class Instrumented {
  /** Of bulk calls. */
  readonly #sent = new WeakMap<object, { trace: TraceContext | undefined }>()

  /**
   * @param onError called with what was contained; must not throw
   * @throws TypeError for what is no instrumentation
   */
  constructor(
    private readonly instrumentation: Instrumentation,
    private readonly onError: (error: SyncError) => void
  ) {
    const { send, deliver }: Partial<Instrumentation> = instrumentation
    if (typeof send === 'function' && typeof deliver === 'function') return
    const expected = 'an object with the methods `send` and `deliver`, or undefined for none'
    throw new TypeError(`feathers-sync: instrument() takes ${expected}`)
  }

  /**
   * What travels with an event.
   *
   * @param list the same object for all events of a bulk call
   */
  send(message: SyncMessage, context: unknown, list: object | undefined): TraceContext | undefined {
    if (!list) return this.#send(message, context)
    const sent = this.#sent.get(list) ?? { trace: this.#send(message, context) }
    this.#sent.set(list, sent)
    return sent.trace
  }

  /** @param run delivers the event; throws, or returns what rejects, where that was reported */
  deliver(message: SyncMessage, run: () => Promise<void> | undefined): void {
    const delivery = new OneDelivery(run)
    const failed = (cause: unknown) => {
      if (!delivery.failures.has(cause)) this.#failed('the instrumentation failed to deliver an event', cause)
    }
    try {
      const result: unknown = this.instrumentation.deliver(message, () => delivery.run())
      if (isPromise(result)) Promise.resolve(result).catch(failed)
      if (!delivery.isRun) throw new TypeError('`deliver` did not call what it was given to run')
    } catch (cause) {
      failed(cause)
    }
    if (!delivery.isRun) delivery.run()
  }

  #send(message: SyncMessage, context: unknown): TraceContext | undefined {
    try {
      return traceContextOf(atOnce<unknown>(this.instrumentation.send(message, context), '`send`'))
    } catch (cause) {
      this.#failed('the instrumentation failed to trace an event that is sent', cause)
      return undefined
    }
  }

  #failed(text: string, cause: unknown): void {
    this.onError(SyncError.from(cause, 'listener', `feathers-sync: ${text}`))
  }
}

/** Runs once, however often it is called, and remembers how that ended. */
class OneDelivery {
  isRun = false
  /** What listeners threw and rejected with. */
  readonly failures = new Set<unknown>()
  #end: () => Promise<void> | undefined = () => undefined

  constructor(private readonly deliver: () => Promise<void> | undefined) {}

  run(): Promise<void> | undefined {
    if (!this.isRun) {
      this.isRun = true
      this.#run()
    }
    return this.#end()
  }

  #run(): void {
    try {
      const pending = this.deliver()
      pending?.catch((cause) => this.failures.add(cause))
      this.#end = () => pending
    } catch (cause) {
      this.failures.add(cause)
      this.#end = () => {
        throw cause
      }
    }
  }
}

/** Runs `emit`; returns a promise if it gives any: it settles when all have, and rejects with what the first of them rejects with. */
export function settled(emit: (pending: unknown[]) => void): Promise<void> | undefined {
  const pending: unknown[] = []
  emit(pending)
  if (pending.length === 0) return undefined
  return Promise.allSettled(pending).then((results) => {
    for (const result of results) if (result.status === 'rejected') throw result.reason
  })
}
