import type { SyncAdapter } from '../adapters/sync-adapter.js'
import { SyncError } from '../errors.js'
import { encodeFrame } from './frame.js'

/** How much may wait for the broker: the oldest go first. */
export const WAITING_LIMIT = { events: 10_000, bytes: 16 * 1024 * 1024 }

/** Sends events through the adapter, in order; while the broker is away they wait here, up to a limit. */
export class Outbox {
  readonly #adapter: Pick<SyncAdapter, 'publish' | 'status'>
  readonly #origin: string
  readonly #error: (error: SyncError) => void
  readonly #waiting: Buffer[] = []
  readonly #inFlight = new Set<Promise<void>>()
  #waitingBytes = 0
  #overflowing = false

  /** Counts since the start: events and bytes that the driver took, and events that never left. */
  readonly counts = { events: 0, bytes: 0, lost: 0 }

  constructor(
    adapter: Pick<SyncAdapter, 'publish' | 'status'>,
    origin: string,
    error: (error: SyncError) => void
  ) {
    this.#adapter = adapter
    this.#origin = origin
    this.#error = error
  }

  /** How many events wait for the broker. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Neither throws nor waits. */
  send(payload: Uint8Array): void {
    const frame = encodeFrame({ origin: this.#origin, payload })
    if (this.#adapter.status === 'ready') this.#publish(frame)
    else this.#keep(frame)
  }

  /** To be called when the adapter is ready: sends what waits. */
  resume(): void {
    this.#overflowing = false
    const frames = this.#waiting.splice(0)
    this.#waitingBytes = 0
    for (const frame of frames) this.#publish(frame)
  }

  /** Resolves when the driver has taken or refused what it was given. */
  async flush(): Promise<void> {
    await Promise.all(this.#inFlight)
  }

  #publish(frame: Buffer): void {
    const attempt = this.#adapter.publish(frame).then(
      () => {
        this.counts.events += 1
        this.counts.bytes += frame.length
      },
      (error) => {
        this.counts.lost += 1
        this.#error(SyncError.from(error, 'publish', 'feathers-sync: could not publish'))
      }
    )
    this.#inFlight.add(attempt)
    void attempt.finally(() => this.#inFlight.delete(attempt))
  }

  #keep(frame: Buffer): void {
    this.#waiting.push(frame)
    this.#waitingBytes += frame.length
    while (this.#waiting.length > WAITING_LIMIT.events || this.#waitingBytes > WAITING_LIMIT.bytes) {
      this.#waitingBytes -= this.#waiting.shift()?.length ?? 0
      this.counts.lost += 1
      this.#reportOverflow()
    }
  }

  #reportOverflow(): void {
    if (this.#overflowing) return
    this.#overflowing = true
    const { events, bytes } = WAITING_LIMIT
    this.#error(
      new SyncError(
        'overflow',
        `feathers-sync: more than ${events} events or ${bytes} bytes wait for the broker: the oldest are dropped`
      )
    )
  }
}
