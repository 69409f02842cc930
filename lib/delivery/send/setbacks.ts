import { SyncError } from '../../errors.js'
import type { Cancel } from '../clock.js'
import type { Environment } from '../environment.js'
import { largestPayload, MAX_EVENT } from '../wire/fragments.js'
import type { History } from './history.js'
import { Losses } from './losses.js'
import { PathLimits, type UnderWay } from './path-limits.js'

/** The pause after a refusal, in ms: doubling. */
const PAUSE = { first: 200, longest: 5000 }

/** Where nothing comes back: a frame that was refused so often, at the loss of a connection each time, is given up. */
const MAX_TRIES = 4

/** A refusal so long before the loss of the connection was not caused by it, in ms. */
const LOSS = 5000

/** A frame that the driver refused. */
interface Refusal {
  readonly next: number
  readonly tries: number
  /** When it was refused, and whether the link was ready then. */
  readonly at: number
  readonly wasReady: boolean
}

/** What did not get through, and what follows from that: smaller messages, a pause, or the end of an event. */
export class Setbacks {
  readonly limits = new PathLimits()
  readonly losses = new Losses()
  readonly #environment: Environment
  readonly #history: History
  readonly #onResume: () => void
  /** The frames that the driver refused, by their first event, where nothing comes back that would tell. */
  readonly #refused = new Map<number, Refusal>()
  /** Whether an event has come back since the last connection. */
  #hasProgress = false
  /** Whether any own message has come back since the last refusal. */
  #wasHeard = true
  #pauses = 0
  #cancel: Cancel | undefined
  #isOverflowing = false

  /** @param onResume called when a pause is over */
  constructor(environment: Environment, history: History, onResume: () => void) {
    this.#environment = environment
    this.#history = history
    this.#onResume = onResume
  }

  get isPaused(): boolean {
    return this.#cancel !== undefined
  }

  /** The largest message, in bytes. */
  get size(): number {
    return Math.min(this.limits.message, this.#environment.link.maxPayload)
  }

  /** An event that no number of fragments can carry costs itself: the others report it as a gap. */
  refuses(payload: Uint8Array, count: number): boolean {
    const { counts, link, sink, wire } = this.#environment
    const largest = wire === 3 ? Math.min(MAX_EVENT, link.maxPayload) : largestPayload(link.maxPayload)
    if (payload.length <= largest) return false
    const text = `${this.#nameOf(payload, count)} has ${payload.length} bytes, at most ${largest} can be sent: it is not sent`
    sink.error(new SyncError('too-large', `feathers-sync: ${text}`))
    if (wire === 4) {
      this.#lose(this.#history.next, count)
      this.#history.addBlank(count)
    } else counts.lost += count // they have no sequence numbers
    return true
  }

  /** Events before `oldest` were evicted from the history while they waited, the last `count` of them before they were ever sent. */
  overflowed(oldest: number, count: number): void {
    const { counts, sink } = this.#environment
    counts.overflowed += this.#lose(oldest - count, count)
    if (this.#isOverflowing) return
    this.#isOverflowing = true
    const text =
      'feathers-sync: more events are waiting for the broker than the `history` option allows: the oldest are dropped'
    sink.error(new SyncError('overflow', text))
  }

  /** There is a new connection: what happens over it is reported anew. */
  online(): void {
    this.#isOverflowing = false
  }

  /** An own message has come back. */
  heard(): void {
    this.#wasHeard = true
  }

  /** So many bytes have come back. */
  returned(bytes: number): void {
    if (this.limits.areReduced) this.limits.returned(this.#environment.clock.now(), bytes)
  }

  /** Events have come back, or were accepted where nothing comes back. */
  progressed(): void {
    this.#hasProgress = true
    this.#pauses = 0
    this.limits.completed()
  }

  /** The driver has accepted the frame that begins with event `first`. */
  accepted(first: number): void {
    this.#refused.delete(first)
  }

  /** A ready link has refused a frame, whose events are to be sent again from `sequence` on. */
  refused(sequence: number, size: number, cause: unknown): void {
    if (this.isPaused) return
    const error = SyncError.from(cause, 'publish', 'feathers-sync: could not publish')
    // The broker's limit was learned from this, or has changed: smaller messages are sent at once.
    if (error.kind === 'too-large' && this.size < size) return
    this.#environment.sink.error(error)
    // If nothing else comes back either, this event is not the reason.
    if (this.#wasHeard) this.#strike(sequence, { bytes: size, largest: size }, error.message)
    this.#wasHeard = false
    this.#pause()
  }

  /** The same where nothing comes back. */
  noteRefusal(first: number, next: number): void {
    const tries = (this.#refused.get(first)?.tries ?? 0) + 1
    const { clock, link } = this.#environment
    this.#refused.set(first, { next, tries, at: clock.now(), wasReady: link.status === 'ready' })
  }

  /**
   * There is a new connection.
   *
   * @param sequence the first event that has not come back
   * @param underWay what had not come back over the last connection
   */
  reconnected(sequence: number, underWay: UnderWay): void {
    this.stop()
    if (underWay.bytes > 0 && !this.#hasProgress) {
      // Connections that die young would take any event with them: the next one has to prove that it lives without it.
      if (this.limits.isSuspicious) this.#pause()
      this.#strike(sequence, underWay, 'the connection is lost each time it is sent')
    }
    this.#hasProgress = false
  }

  /** What the loss of the connection took, where nothing comes back: the first events of frames, and what follows them. */
  *lost(): Generator<{ from: number; to: number }> {
    const now = this.#environment.clock.now()
    for (const [first, { next, tries, at, wasReady }] of this.#refused) {
      if (first < this.#history.oldest || (wasReady && now - at > LOSS)) this.#refused.delete(first)
      else if (tries < MAX_TRIES) yield { from: first, to: next - 1 }
      else {
        this.#refused.delete(first)
        this.#giveUp(first, 'the connection is lost each time it is sent')
      }
    }
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #pause(): void {
    this.#pauses += 1
    const ms = Math.min(PAUSE.longest, PAUSE.first * 2 ** (this.#pauses - 1))
    this.#cancel = this.#environment.clock.after(ms, () => {
      this.#cancel = undefined
      this.#onResume()
    })
  }

  /** The unit of event `sequence` did not get through. */
  #strike(sequence: number, underWay: UnderWay, reason: string): void {
    const now = this.#environment.clock.now()
    // Where all have come back before, it was a retransmission: its receivers will request it again.
    if (sequence >= this.#history.next) this.limits.shrink(now, underWay)
    else if (this.limits.strike(now, underWay)) this.#giveUp(sequence, reason)
  }

  #giveUp(sequence: number, reason: string): void {
    const { sink } = this.#environment
    const { first, count, payload } = this.#history.blank(sequence)
    const size = payload.length
    if (size === 0) return // given up before: it is not the size that is refused
    this.#lose(first, count)
    const name = this.#nameOf(payload, count)
    const text = `${name} has ${size} bytes and does not get through to the broker, it is not sent: ${reason}`
    sink.error(new SyncError('too-large', `feathers-sync: ${text}`))
  }

  #nameOf(payload: Uint8Array, count: number): string {
    const name = this.#environment.sink.nameIn?.(payload, count)
    return name ? `the event ${name}` : 'an event'
  }

  /** Returns how many of these had not been counted as lost. */
  #lose(first: number, count: number): number {
    const added = count > 0 ? this.losses.add({ from: first, to: first + count - 1 }) : 0
    this.#environment.counts.lost += added
    return added
  }
}
