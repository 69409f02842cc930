import type { Application } from '@feathersjs/feathers'
import createDebug from 'debug'
import { inject, injectable } from 'inversify'
import { SyncError } from '../errors.js'
import { atOnce } from '../message/at-once.js'
import { type Attempt, nameIn, readMessages, readPlain, type Selection } from '../message/decoder.js'
import { Encoder } from '../message/encoder.js'
import { type Instrumentation, Instrumented } from '../message/instrumentation.js'
import type { SyncMessage } from '../message/message.js'
import { Policy } from '../message/policy.js'
import { Serializer } from '../message/serializer.js'
import type { BridgeOptions } from './bridge-options.js'
import { BulkCalls } from './bulk-calls.js'
import { Choices } from './choices.js'
import { sendChannel } from './diagnostics.js'
import { shareContexts } from './received-context.js'
import { type ServiceEvent, ServiceEvents, UNREADABLE } from './service-events.js'

const debug = createDebug('feathers-sync:events')

/** What a bridge is attached to. */
export interface BridgeLink {
  readonly options: BridgeOptions
  /** The id of this instance, while it is open. */
  origin(): string | undefined
  /** Whether that is the id of this instance, now or before it was closed and opened again. */
  isOwn(origin: string): boolean
  /** False: events are delivered here only. */
  isOpen(): boolean
  /** An event was made while it is not open: the other instances miss it. */
  missed(): void
  /** An event could not be serialized, or `filter` failed: the other instances miss it. */
  unsent(): void
  /** An event of another instance is not delivered, as the choice of the services excludes it. */
  ignored(): void
  /** Takes the payload of `count` events, to be sent to the other instances. Neither throws nor waits. */
  send(payload: Uint8Array, count: number): void
  /** Called with errors that were contained. Doesn't throw. */
  error(error: SyncError): void
}

/** What a bridge has from `attach` on. */
interface Attached {
  readonly link: BridgeLink
  readonly events: ServiceEvents
  readonly choices: Choices
  readonly selection: Selection
  readonly calls: BulkCalls
  readonly encoder: Encoder
  readonly policy: Policy
  /** Runs what reads messages; what it throws is reported. */
  readonly attempt: Attempt
  instrumented: Instrumented | undefined
}

/** Connects the services of a Feathers application to what carries their events to other instances. */
@injectable()
export class EventBridge {
  #attached: Attached | undefined

  constructor(@inject(Serializer) readonly serializer: Serializer) {}

  /** Bridges all services that `app` has and will have. Once per bridge. */
  attach(app: Application, link: BridgeLink): void {
    const { serializer } = this
    const { origin, send, options } = link
    const choices = new Choices(options.services)
    const events = new ServiceEvents(app, (event) => this.#dispatch(event), link.error, choices)
    const selection: Selection = {
      wants: (names) => choices.mayReceive(names?.path, names?.event),
      drop: ({ path, event }) => {
        link.ignored()
        if (debug.enabled) debug('not delivered: %s %s, %s', path, event, choices.reason(path))
      }
    }
    const encoder = new Encoder({ serializer, wire: options.wire, origin, send })
    const calls = new BulkCalls(() => encoder.flush())
    const attempt: Attempt = (read) => events.attempt('deserialize', UNREADABLE, read)
    const policy = new Policy(options.omit)
    const parts = { link, events, choices, selection, calls, encoder, policy, attempt }
    const attached: Attached = { ...parts, instrumented: undefined }
    this.#attached = attached
    app.on('sync-in', (message: SyncMessage) => events.deliver(message, true, attached.instrumented))
  }

  /** Calls `instrumentation` for each event that is sent and received from now on; undefined: no longer. */
  instrument(instrumentation: Instrumentation | undefined): void {
    const attached = this.#attached
    if (!attached) return
    attached.instrumented = instrumentation && new Instrumented(instrumentation, attached.link.error)
  }

  /** Takes the payload of `count` events of another instance and emits each as `sync-in`. Never throws. */
  receive(payload: Uint8Array, count: number): void {
    this.#receive(({ attempt, choices, selection }) => {
      const wanted = choices.limitsReceiving ? selection : undefined
      const messages = readMessages(this.serializer, payload, count, attempt, wanted)
      if (count > 1) shareContexts(messages)
      return messages
    })
  }

  /**
   * Takes a message that is no frame: that of an instance that writes what feathers-sync 3 reads. Never throws.
   *
   * @returns whether it is an event of another instance: own ones, and what can't be read, are not
   */
  receivePlain(bytes: Uint8Array): boolean {
    return this.#receive(({ choices, link, selection }) => {
      const { message, origin } = readPlain(this.serializer, bytes)
      if (typeof origin === 'string' && link.isOwn(origin)) return undefined
      if (!choices.limitsReceiving || selection.wants(message)) return [message]
      selection.drop(message)
      return []
    })
  }

  /** What the first of the `count` events of an own payload is called, for a report. Never throws. */
  nameIn(payload: Uint8Array, count: number): string | undefined {
    return nameIn(this.serializer, payload, count, this.#attached?.link.options.wire ?? 4)
  }

  /** Sends the events of a bulk call that are being collected. */
  flush(): void {
    this.#attached?.encoder.flush()
  }

  /** To the other instances first, so that what is sent is what there was at the emit; then to the listeners here. */
  #dispatch(event: ServiceEvent): boolean {
    const attached = this.#attached
    if (attached?.link.options.mode === 'receive') keep(event, "as `mode` is 'receive'")
    else if (attached?.link.isOpen()) send(event, attached)
    else attached?.link.missed()
    return event.emit(false)
  }

  #receive(read: (attached: Attached) => SyncMessage[] | undefined): boolean {
    const attached = this.#attached
    if (!attached) return false
    const { attempt, events, link } = attached
    if (!link.isOpen() || link.options.mode === 'send') return false
    const messages = attempt(() => read(attached))
    for (const message of messages ?? []) {
      if (debug.enabled) debug('in: %s %s', message?.path, message?.event)
      events.announce('sync-in', message)
    }
    return messages !== undefined
  }
}

function keep({ path, event }: ServiceEvent, why: string): void {
  if (debug.enabled) debug('not sent: %s %s, %s', path, event, why)
}

function send(event: ServiceEvent, attached: Attached): void {
  const { link, events, calls, encoder, policy, instrumented } = attached
  const name = () => `'${event.path} ${event.event}'`
  const failed = (cause: unknown, text: string) =>
    link.error(SyncError.from(cause, 'serialize', `feathers-sync: ${text}`))
  const lost = (cause: unknown) => failed(cause, `${name()} went without what could not be serialized`)
  const { filter, context: choose } = link.options
  try {
    const { message, item } = calls.outgoing(event, { policy, choose, lost })
    if (filter) {
      const isSent = events.attempt('filter', 'the `filter` option failed', () => answer(filter, message))
      if (isSent === undefined) link.unsent()
      if (!isSent) {
        keep(event, 'as the `filter` option excludes it')
        return
      }
    }
    const trace = instrumented?.send(message, event.context, item?.list)
    if (trace) message.trace = trace
    encoder.add(message, item, lost)
    if (debug.enabled) debug('out: %s %s', event.path, event.event)
    if (sendChannel.hasSubscribers) sendChannel.publish({ app: events.app, message })
    events.announce('sync-out', message)
  } catch (cause) {
    link.unsent()
    failed(cause, `could not serialize ${name()}, it stays on this instance`)
  }
}

/** @throws TypeError where `filter` doesn't decide: a promise would send everything, a forgotten `return` nothing. */
function answer(filter: NonNullable<BridgeOptions['filter']>, message: SyncMessage): boolean {
  const isSent: unknown = atOnce(filter(message), 'it')
  if (isSent === undefined) throw new TypeError('it returned undefined: it has to return true or false')
  return Boolean(isSent)
}
